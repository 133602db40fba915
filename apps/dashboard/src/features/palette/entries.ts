import type { LucideIcon } from 'lucide-react';

/** One entry of the palette. */
export interface Entry {
  /** Unique. */
  id: string;
  group: string;
  title: string;
  icon: LucideIcon;
  /** Small text on the right. */
  note?: string | undefined;
  keys?: string;
  /** Additional search terms. */
  words?: readonly string[];
  /** How well it matches what was typed, if that is already known; on the scale of `rank`. */
  rank?: number;
  /** The right that the person does not have for it, as a sentence; it then cannot be run. */
  missing?: string | undefined;
  /** Destructive: never the first of several by a mere prefix. */
  danger?: boolean;
  run: () => void;
}

/** The rank of an entry whose whole title was typed. */
export const WHOLE = 5;

/**
 * How well an entry matches the typed text; 0 for no match. Every typed word must occur in the title or begin one of the other
 * terms; a title that equals or begins with the text ranks first, then one with the text at the start of a word. A destructive
 * entry ranks last until its first word has been typed: "de" means Deployments rather than Delete.
 */
export function rank(entry: Pick<Entry, 'title' | 'words' | 'note' | 'danger'>, typed: string): number {
  const wanted = typed.trim().toLowerCase();
  if (wanted === '') return 1;
  const title = entry.title.toLowerCase();
  const terms = (entry.words ?? []).map((word) => word.toLowerCase());
  const others = [...terms, ...(entry.note?.toLowerCase().split(/\s+/) ?? [])];
  if (title === wanted) return WHOLE;
  if (terms.includes(wanted)) return 4;
  if (title.startsWith(wanted)) return entry.danger && !`${title} `.startsWith(`${wanted} `) ? 0.5 : 3;
  const fits = wanted
    .split(/\s+/)
    .every((word) => title.includes(word) || others.some((other) => other.startsWith(word)));
  if (!fits) return 0;
  return title.includes(` ${wanted}`) || title.includes(`-${wanted}`) ? 2 : 1;
}

/** The same, for an entry that may know it already. */
export const rankOf = (entry: Entry, typed: string): number => entry.rank ?? rank(entry, typed);

/**
 * The matching entries, best first within each group; of equal matches, the one of which most was typed. Groups are sorted by
 * their best entry, otherwise in the given order.
 */
export function select(entries: readonly Entry[], typed: string): { group: string; entries: Entry[] }[] {
  const closeness = (entry: Entry) => (typed.trim() === '' ? 0 : -entry.title.length);
  const groups = new Map<string, { best: number; ranked: { entry: Entry; rank: number }[] }>();
  for (const entry of entries) {
    const score = rankOf(entry, typed);
    if (score === 0) continue;
    const group = groups.get(entry.group) ?? { best: 0, ranked: [] };
    group.ranked.push({ entry, rank: score });
    group.best = Math.max(group.best, score);
    groups.set(entry.group, group);
  }
  return [...groups]
    .sort(([, a], [, b]) => b.best - a.best)
    .map(([group, { ranked }]) => ({
      group,
      entries: ranked
        .sort((a, b) => b.rank - a.rank || closeness(b.entry) - closeness(a.entry))
        .map(({ entry }) => entry),
    }));
}
