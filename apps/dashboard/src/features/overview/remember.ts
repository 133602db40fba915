/**
 * Remembers what was computed of each object. Of thousands of pods a watch changes a few at a time, and each change is a new
 * object: only those are looked at again.
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
