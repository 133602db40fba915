import type { ByName } from '#features/workloads/object-action.ts';
import { wordsOf } from './object-match.ts';

/** A typed command: "restart checkout", "logs of web". */
export interface ObjectCommand<A> {
  action: A;
  /** Whether the verb was typed to its end. */
  whole: boolean;
  /** What the object must match. */
  words: string[];
}

/** Small words between a verb and a name. */
const JOINTS = new Set(['of', 'in', 'for', 'on', 'from', 'the']);
/** The shortest beginning of a verb that counts. */
const SHORTEST = 2;

/**
 * The actions that a text may ask for: its first word is the verb of one, or the beginning of it, and more follows. If it is the
 * whole verb of one action, only that one is meant.
 */
export function commandsIn<A extends { byName: Pick<ByName, 'verbs'> }>(
  typed: string,
  actions: readonly A[],
): ObjectCommand<A>[] {
  const [verb = '', ...rest] = wordsOf(typed);
  const words = rest.filter((word) => !JOINTS.has(word));
  if (verb.length < SHORTEST || words.length === 0) return [];
  const exact = actions.filter(({ byName }) => byName.verbs.includes(verb));
  const meant = exact.length > 0 ? exact : actions.filter(({ byName }) => byName.verbs.some((v) => v.startsWith(verb)));
  return meant.map((action) => ({ action, whole: exact.length > 0, words }));
}
