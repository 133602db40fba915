import { type Permission, type Role, rolePermissions } from '@postern/contracts';

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
  /** The only permissions that it carries; null for all of its account's. */
  scopes: readonly string[] | null;
}

/** A membership as it was when the principal was authenticated. */
interface PrincipalMembership {
  organizationId: string;
  slug: string;
  role: Role;
}

/** An authenticated account with its credential and memberships. Created only by the authenticator. */
export interface Principal {
  userId: string;
  /** The e-mail address of a person; `service-account:<name>` for a service account. In clusters it follows `postern:`. */
  username: string;
  credential: Credential;
  memberships: PrincipalMembership[];
  /** Memberships that open nothing, because their organization requires a second factor and the person has none. */
  withheld?: PrincipalMembership[];
  /** The organization whose OpenID Connect provider vouched for the person: the credential opens nothing else, their account neither. */
  providerOf?: string;
}

/** Whether a principal has a permission in an organization: by the role of the account, and within the scopes of the credential. */
export function permits(principal: Principal, organizationId: string, permission: Permission): boolean {
  const { scopes } = principal.credential;
  if (scopes !== null && !scopes.includes(permission)) return false;
  const membership = principal.memberships.find((one) => one.organizationId === organizationId);
  return membership !== undefined && rolePermissions[membership.role].includes(permission);
}
