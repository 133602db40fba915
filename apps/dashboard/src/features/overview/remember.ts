/**
 * Caches a computed value per object. A watch changes only a few of thousands of pods at a time, and each change creates a new
 * object, so only those are computed again.
 */
export function remember<O extends object, R>(compute: (object: O) => R): (object: O) => R {
  const known = rememberAt<O, R>(compute);
  return (object) => known(object, 0);
}

/** The same for a value that also depends on the time; `now` should be rounded. */
export function rememberAt<O extends object, R>(compute: (object: O, now: number) => R): (object: O, now: number) => R {
  const known = new WeakMap<O, { now: number; result: R }>();
  return (object, now) => {
    const before = known.get(object);
    if (before?.now === now) return before.result;
    const result = compute(object, now);
    known.set(object, { now, result });
    return result;
  };
}
