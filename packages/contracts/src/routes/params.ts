import { z } from 'zod';
import { Slug } from '../primitives.ts';

/** Parameters of a path under an organization, which it names by its slug. */
export const inOrganization = z.object({ organization: Slug });

/** Parameters of a path under a cluster, which it names by its name. */
export const onCluster = z.object({ organization: Slug, cluster: Slug });
