/**
 * Caches a computed value per object. A watch changes only a few of thousands of pods at a time, and each change creates a new
 * object, so only those are computed again.
 */
export function remember<O extends object, R>(compute: (object: O) => R): (object: O) => R {
  const known = new WeakMap<O, { result: R }>();
  return (object) => {
    const before = known.get(object);
    if (before !== undefined) return before.result;
    const result = compute(object);
    known.set(object, { result });
    return result;
  };
}
