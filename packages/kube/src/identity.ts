/** The identity of a request in the cluster: `Impersonate-User` and `Impersonate-Group`. */
export interface ImpersonatedIdentity {
  user: string;
  groups: string[];
  extra?: Record<string, string[]>;
}

/** Prefix of all our users and groups; nothing else is ever impersonated. */
const prefix = 'postern:';
/** The groups in the agent's ClusterRoleBindings, one per level. */
const knownGroups: ReadonlySet<string> = new Set(['postern:viewer', 'postern:editor', 'postern:admin']);

/** The identity of an account with its groups. @throws Error if it would not pass checkIdentity. */
export function impersonate(username: string, groups: readonly string[]): ImpersonatedIdentity {
  const identity = { user: `${prefix}${username}`, groups: [...groups] };
  const problem = checkIdentity(identity);
  if (problem !== undefined) throw new Error(`Cannot impersonate: ${problem}`);
  return identity;
}

/**
 * The check that both gateway and agent make before they send a request: exactly one user, `postern:` and at least one
 * printable ASCII character (so never `system:…`, never a line break), at least one group, all of them known levels, none
 * twice, no extra fields.
 * @returns what is wrong, as the end of a sentence; undefined if the identity is valid.
 */
export function checkIdentity(identity: unknown): string | undefined {
  if (typeof identity !== 'object' || identity === null) return 'there is no identity';
  const { user, groups, extra } = identity as Record<string, unknown>;
  if (typeof user !== 'string' || user === '') return 'there is no user';
  if (!/^postern:[\x21-\x7e]{1,320}$/.test(user)) return 'the user is not one of Postern';
  if (user.startsWith('postern:system:')) return 'the user looks like one of the system';
  if (!Array.isArray(groups) || groups.length === 0) return 'there is no group';
  if (!groups.every((group) => knownGroups.has(group))) return 'a group is not known';
  if (new Set(groups).size !== groups.length) return 'a group is named twice';
  if (extra !== undefined && (typeof extra !== 'object' || extra === null || Object.keys(extra).length > 0)) {
    return 'extra fields are not allowed';
  }
  return undefined;
}

/** The header lines of an identity, one per group: two groups joined with a comma would become one name. */
export function impersonationHeaders(identity: ImpersonatedIdentity): [name: string, value: string][] {
  return [
    ['impersonate-user', identity.user],
    ...identity.groups.map((group): [string, string] => ['impersonate-group', group]),
  ];
}
