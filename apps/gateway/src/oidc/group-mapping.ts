import type { OidcGroupMapping } from '@postern/contracts';

type MappedRole = NonNullable<OidcGroupMapping['role']>;
/** Weakest first. */
const order: readonly MappedRole[] = ['member', 'auditor', 'admin'];

/** What an organization's mapping says about a person with some groups. */
export interface Mapped {
  /** Slugs of the teams that they are to be in. */
  teams: string[];
  /** Slugs of the teams that the mapping owns and they are not to be in. */
  otherTeams: string[];
  /** The role that they are to have; null if the mapping gives no roles. */
  role: MappedRole | null;
}

/**
 * Applies a mapping. A team belongs to the mapping if it occurs in it. If any entry gives a role, the mapping owns roles: the
 * highest one counts, and a person in none of those groups is a member.
 */
export function applyMapping(mappings: readonly OidcGroupMapping[], groups: readonly string[]): Mapped {
  const held = new Set(groups);
  const matching = mappings.filter(({ group }) => held.has(group));
  const teams = new Set(matching.map(({ team }) => team));
  const others = new Set(mappings.map(({ team }) => team).filter((team) => !teams.has(team)));
  const ownsRoles = mappings.some(({ role }) => role !== undefined);
  const highest = order.findLast((role) => matching.some((mapping) => mapping.role === role));
  return { teams: [...teams], otherTeams: [...others], role: ownsRoles ? (highest ?? 'member') : null };
}
