import type { Role } from '@postern/contracts';

/**
 * What a principal showed. `browser`: the session cookie. `api`, `cli`, `kubeconfig`: a stored API token. `access`: a signed
 * token of some minutes for the exec plugin. `kubeconfig` and `access` open one cluster and nothing else.
 */
export interface Credential {
  kind: 'browser' | 'api' | 'cli' | 'kubeconfig' | 'access';
  /** Of the row behind it: the browser's session, the API token; for `access`, of what it was made from. */
  id: string;
  /** The only cluster it opens; null: every cluster of its memberships. */
  clusterId: string | null;
  expiresAt: Date;
}

/** A membership as it was when the principal was authenticated. */
interface PrincipalMembership {
  organizationId: string;
  slug: string;
  role: Role;
}

/** Who acts, with what they showed and where they belong. Made by the authenticator only. */
export interface Principal {
  userId: string;
  email: string;
  credential: Credential;
  memberships: PrincipalMembership[];
}
