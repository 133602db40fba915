import type { Role } from '@postern/contracts';

/**
 * The credential of a principal. `browser`: the session cookie. `api`, `cli`, `kubeconfig`: a stored API token. `access`: a
 * signed token for the exec plugin, valid for some minutes. `kubeconfig` and `access` open one cluster and nothing else.
 */
export interface Credential {
  kind: 'browser' | 'api' | 'cli' | 'kubeconfig' | 'access';
  /** Id of its row: the browser session or the API token; for `access`, of the credential that it was made from. */
  id: string;
  /** The only cluster that it opens; null for every cluster of its memberships. */
  clusterId: string | null;
  expiresAt: Date;
}

/** A membership as it was when the principal was authenticated. */
interface PrincipalMembership {
  organizationId: string;
  slug: string;
  role: Role;
}

/** An authenticated person with their credential and memberships. Created only by the authenticator. */
export interface Principal {
  userId: string;
  email: string;
  credential: Credential;
  memberships: PrincipalMembership[];
}
