import { type AllowedGroups, anyGroups, groupsOnly, isAllowedGroup, isLevelGroup } from './groups.ts';
import { looksLikeSystem } from './system-names.ts';

/** The identity of a request in the cluster: `Impersonate-User` and `Impersonate-Group`. */
export interface ImpersonatedIdentity {
  user: string;
  groups: string[];
  extra?: Record<string, string[]> | undefined;
  /** The person or service account behind the request, if `user` is somebody else (`kubectl --as`). Never sent to the cluster. */
  impersonatedBy?: string | undefined;
}

/** What the operator of an agent allows beyond Postern's own users and levels. */
export interface IdentityRules {
  groups: AllowedGroups;
  /** Whether a request may be made as a user that is not one of Postern's, if it names the person behind it. */
  impersonation: boolean;
}

/** Postern's own users and the three levels, nothing else: what every agent accepts, whatever its version. */
export const ownIdentitiesOnly: IdentityRules = { groups: groupsOnly([]), impersonation: false };

const prefix = 'postern:';
const serviceAccountPrefix = `${prefix}service-account:`;
const mostGroups = 64;

/** The identity of an account with its groups. @throws Error if no agent could be allowed to accept it. */
export function impersonate(username: string, groups: readonly string[]): ImpersonatedIdentity {
  const identity = { user: `${prefix}${username}`, groups: [...groups] };
  const problem = checkIdentity(identity, { groups: anyGroups, impersonation: false });
  if (problem !== undefined) throw new Error(`Cannot impersonate: ${problem}`);
  return identity;
}

/**
 * The check that both gateway and agent make before they send a request. Always required: exactly one user, at most 64 groups,
 * none twice, no extra fields, only printable ASCII (so no line break and no look-alike letters), and nothing that resembles
 * a `system:` name. Users are Postern's own, or anybody else where the rules allow impersonation; groups are the levels
 * and what the rules allow.
 * @returns what is wrong, as the end of a sentence; undefined if the identity is valid.
 */
export function checkIdentity(identity: unknown, rules: IdentityRules = ownIdentitiesOnly): string | undefined {
  if (typeof identity !== 'object' || identity === null) return 'there is no identity';
  const { user, groups, extra, impersonatedBy } = identity as Record<string, unknown>;
  if (extra !== undefined && (typeof extra !== 'object' || extra === null || Object.keys(extra).length > 0)) {
    return 'extra fields are not allowed';
  }
  return checkUser(user, impersonatedBy, rules) ?? checkGroups(groups, impersonatedBy !== undefined, rules);
}

function checkUser(user: unknown, impersonatedBy: unknown, rules: IdentityRules): string | undefined {
  if (typeof user !== 'string' || user === '') return 'there is no user';
  if (looksLikeSystem(user)) return 'the user looks like one of the system';
  if (impersonatedBy === undefined) return isOwnUser(user) ? undefined : 'the user is not one of Postern';
  if (!rules.impersonation) return 'this agent does not allow impersonation (--allow-impersonation)';
  if (typeof impersonatedBy !== 'string' || !isOwnUser(impersonatedBy) || looksLikeSystem(impersonatedBy)) {
    return 'the person behind the impersonation is not one of Postern';
  }
  const isName = isOwnUser(user) || (/^[\x21-\x7e]{1,320}$/.test(user) && !/^postern[:%]/i.test(user));
  return isName ? undefined : 'the user is not a name';
}

/** Whether it is a person, `postern:<e-mail>`, or a service account, `postern:service-account:<name>`. */
function isOwnUser(user: string): boolean {
  if (user.startsWith(serviceAccountPrefix)) {
    return /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(user.slice(serviceAccountPrefix.length));
  }
  return /^postern:[\x21-\x7e]{1,320}$/.test(user) && !/^postern:(?:service-account|team):/i.test(user);
}

function checkGroups(groups: unknown, isImpersonation: boolean, rules: IdentityRules): string | undefined {
  // `kubectl --as` without `--as-group` has none, like the apiserver's own impersonation.
  if (!Array.isArray(groups) || (groups.length === 0 && !isImpersonation)) return 'there is no group';
  if (groups.length > mostGroups) return `there are more than ${mostGroups} groups`;
  for (const group of groups as unknown[]) {
    if (typeof group !== 'string') return 'a group is not a name';
    if (looksLikeSystem(group)) return 'a group looks like one of the system';
    if (!isLevelGroup(group) && !isAllowedGroup(rules.groups, group)) {
      return 'a group is not one that this agent allows (--allow-groups)';
    }
  }
  return new Set(groups).size === groups.length ? undefined : 'a group is named twice';
}

/** The header lines of an identity, one per group: two groups joined with a comma would become one name. */
export function impersonationHeaders(identity: ImpersonatedIdentity): [name: string, value: string][] {
  return [
    ['impersonate-user', identity.user],
    ...identity.groups.map((group): [string, string] => ['impersonate-group', group]),
  ];
}
