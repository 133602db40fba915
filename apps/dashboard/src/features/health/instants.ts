import { text } from '#features/kube/read.ts';

/** An RFC 3339 time of an object, in milliseconds since 1970; undefined if there is none. */
export function instantOf(object: unknown, ...path: (string | number)[]): number | undefined {
  const at = Date.parse(text(object, ...path) ?? '');
  return Number.isNaN(at) ? undefined : at;
}

/** The latest of several instants, of which some may be unknown. */
export function latestOf(instants: readonly (number | undefined)[]): number | undefined {
  return instants.reduce((latest, one) => (one === undefined || (latest ?? one) > one ? latest : one), undefined);
}
