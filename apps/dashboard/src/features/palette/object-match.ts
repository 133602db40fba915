import { type ApiResource, pluralOf, resourceId } from '#features/kube/api-resource.ts';
import type { ObjectName } from '#features/kube/list-names.ts';
import { WHOLE } from './entries.ts';

/** An object of the cluster, as found by its name. */
export interface NamedObject extends ObjectName {
  kind: ApiResource;
}

/**
 * How well words in lower case match an object, on the scale of `rank`: 0 for no match, 5 for the whole name. At least one word
 * must occur in the name; each of the others may begin its namespace or name its kind: "checkout shop", "deploy checkout".
 */
export function matchObject({ name, namespace, kind }: NamedObject, words: readonly string[]): number {
  const kinds = [kind.kind.toLowerCase(), pluralOf(kind).toLowerCase(), resourceId(kind), ...kind.shortNames];
  let best = 0;
  for (const word of words) {
    const inName = name.includes(word);
    if (!inName && !namespace.startsWith(word) && !kinds.some((one) => one.startsWith(word))) return 0;
    if (name === word) best = WHOLE;
    else if (name.startsWith(word)) best = Math.max(best, 3);
    else if (name.includes(`-${word}`)) best = Math.max(best, 2);
    else if (inName) best = Math.max(best, 1);
  }
  return best;
}

/** The words of a text, in lower case; `shop/checkout` is two. */
export const wordsOf = (typed: string): string[] =>
  typed
    .toLowerCase()
    .split(/[\s/]+/)
    .filter((word) => word !== '');

/** The best matches, best first; of equal matches the shortest name, then in the given order. */
export function bestMatches(
  objects: readonly NamedObject[],
  words: readonly string[],
  most: number,
): { object: NamedObject; match: number }[] {
  if (words.length === 0) return [];
  return objects
    .map((object) => ({ object, match: matchObject(object, words) }))
    .filter(({ match }) => match > 0)
    .sort((a, b) => b.match - a.match || a.object.name.length - b.object.name.length)
    .slice(0, most);
}
