import { looksLikeSystem } from './system-names.ts';

/** The groups of the three levels: each agent accepts them, and each installation binds them. */
export const levelGroups = ['postern:admin', 'postern:editor', 'postern:viewer'] as const;

/** Groups that the operator of an agent allows: exact names, and beginnings of names. */
export interface AllowedGroups {
  names: readonly string[];
  prefixes: readonly string[];
}

export type AllowedGroupsResult = { groups: AllowedGroups; refused?: never } | { groups?: never; refused: string };

const mostEntries = 64;
const groupName = /^[\x21-\x7e]{1,253}$/;

/**
 * Reads the entries of `--allow-groups`: exact names, or beginnings of names that end in `*`.
 * @returns the reason, as a sentence, if an entry is not a name, could match a group of the system, or is one of Postern's levels,
 * which are always allowed.
 */
export function readAllowedGroups(entries: readonly string[]): AllowedGroupsResult {
  if (entries.length > mostEntries) return { refused: `At most ${mostEntries} groups can be allowed.` };
  const names: string[] = [];
  const prefixes: string[] = [];
  for (const entry of entries) {
    const isPrefix = entry.endsWith('*');
    const name = isPrefix ? entry.slice(0, -1) : entry;
    if (!groupName.test(name) || /[*,%]/.test(name)) {
      return { refused: `"${entry}" is not a group: write its name, or the beginning of names and a "*".` };
    }
    if (looksLikeSystem(name) || (isPrefix && 'system:'.startsWith(name.toLowerCase()))) {
      return { refused: `"${entry}" is not possible: groups of the system (system:…) are never impersonated.` };
    }
    if (name.startsWith('postern:') && !name.startsWith('postern:team:')) {
      return {
        refused: `"${entry}" is not possible: Postern's levels are always allowed; of its other groups there is only postern:team:….`,
      };
    }
    (isPrefix ? prefixes : names).push(name);
  }
  return { groups: { names, prefixes } };
}

/** Exact names only. */
export const groupsOnly = (names: readonly string[]): AllowedGroups => ({ names, prefixes: [] });

/** Whatever can be allowed at all: the gateway leaves the choice to the agent's operator. */
export const anyGroups: AllowedGroups = { names: [], prefixes: [''] };

/** Whether the operator of the agent allows this group, in addition to the levels. Never one of the system. */
export function isAllowedGroup({ names, prefixes }: AllowedGroups, group: string): boolean {
  if (!groupName.test(group) || looksLikeSystem(group) || isLevelGroup(group)) return false;
  if (group.startsWith('postern:') && !/^postern:team:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(group)) return false;
  return names.includes(group) || prefixes.some((prefix) => group.startsWith(prefix));
}

export function isLevelGroup(group: string): boolean {
  return (levelGroups as readonly string[]).includes(group);
}
