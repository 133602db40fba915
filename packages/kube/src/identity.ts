/** Whom a request acts as in the cluster: `Impersonate-User` and `Impersonate-Group`. */
export interface ImpersonatedIdentity {
  user: string;
  groups: string[];
  extra?: Record<string, string[]>;
}

/** Every user and group of ours begins so; nothing else is ever impersonated. */
const prefix = 'postern:';
/** The groups that the agent's ClusterRoleBindings know, one a level. */
const knownGroups: ReadonlySet<string> = new Set(['postern:viewer', 'postern:editor', 'postern:admin']);

/** The identity of a person at a level (`viewer`, `editor`, `admin`). @throws Error if the result would not pass checkIdentity. */
export function impersonate(email: string, level: string): ImpersonatedIdentity {
  const identity = { user: `${prefix}${email}`, groups: [`${prefix}${level}`] };
  const problem = checkIdentity(identity);
  if (problem !== undefined) throw new Error(`Cannot impersonate: ${problem}`);
  return identity;
}

/**
 * The check that gateway and agent both make before a request may leave: exactly one user, `postern:` and at least one
 * printable ASCII character (so never `system:…`, never a line break), at least one group, all of them levels we know,
 * none twice, no extra fields.
 * @returns what is wrong, as the end of a sentence; undefined when all is well.
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

/** The header lines of an identity, one a group: joined with a comma two groups would become one name. */
export function impersonationHeaders(identity: ImpersonatedIdentity): [name: string, value: string][] {
  return [
    ['impersonate-user', identity.user],
    ...identity.groups.map((group): [string, string] => ['impersonate-group', group]),
  ];
}
