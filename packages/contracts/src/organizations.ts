import { z } from 'zod';
import { DisplayName, Id, Instant, Slug } from './primitives.ts';

export const Organization = z.object({
  id: Id,
  name: z.string(),
  slug: Slug,
  createdAt: Instant,
  /** Whether members may take access to a cluster in an emergency, without an approval. */
  breakGlass: z.boolean(),
});
export type Organization = z.infer<typeof Organization>;

export const CreateOrganizationRequest = z.strictObject({ name: DisplayName });
export type CreateOrganizationRequest = z.infer<typeof CreateOrganizationRequest>;

/** What is left out stays as it is. The slug never changes, because kubeconfigs contain it. */
export const UpdateOrganizationRequest = z.strictObject({
  name: DisplayName.optional(),
  breakGlass: z.boolean().optional(),
});
export type UpdateOrganizationRequest = z.infer<typeof UpdateOrganizationRequest>;
