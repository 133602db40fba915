import type { LucideIcon } from 'lucide-react';

/** One thing the palette can do. */
export interface Entry {
  /** Unique. */
  id: string;
  group: string;
  title: string;
  icon: LucideIcon;
  /** At the right, small. */
  note?: string | undefined;
  keys?: string;
  /** Found by these words too. */
  words?: readonly string[];
  run: () => void;
}

/**
 * How well an entry fits what was typed, 0 for not at all. Every word typed must stand in the title or begin one of the other
 * words; a title that is or begins with the text comes first, then one that has it at the start of a word.
 */
export function rank(entry: Pick<Entry, 'title' | 'words' | 'note'>, typed: string): number {
  const wanted = typed.trim().toLowerCase();
  if (wanted === '') return 1;
  const title = entry.title.toLowerCase();
  const others = [...(entry.words ?? []), ...(entry.note?.split(/\s+/) ?? [])].map((word) => word.toLowerCase());
  if (title === wanted) return 5;
  if (others.includes(wanted)) return 4;
  if (title.startsWith(wanted)) return 3;
  const fits = wanted
    .split(/\s+/)
    .every((word) => title.includes(word) || others.some((other) => other.startsWith(word)));
  if (!fits) return 0;
  return title.includes(` ${wanted}`) || title.includes(`-${wanted}`) ? 2 : 1;
}

/**
 * Entries that fit, best first inside each group, of those that fit as well the one of which most was typed; groups by their best
 * entry, else in the order they came.
 */
export function select(entries: readonly Entry[], typed: string): { group: string; entries: Entry[] }[] {
  const closeness = (entry: Entry) => (typed.trim() === '' ? 0 : -entry.title.length);
  const groups = new Map<string, { best: number; ranked: { entry: Entry; rank: number }[] }>();
  for (const entry of entries) {
    const score = rank(entry, typed);
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
