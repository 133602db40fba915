/** A path in an object: `['spec', 'replicas']`. */
export type Path = readonly string[];

/** A path as people write it: `spec.replicas`. */
export const writePath = (path: Path): string => path.map((key) => (/^[\w-]+$/.test(key) ? key : `"${key}"`)).join('.');

/** One field that differs; if `to` is undefined, it was removed. A list counts as one value. */
export interface Change {
  path: Path;
  to: unknown;
}

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export function isEqual(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((one, index) => isEqual(one, b[index]));
  if (!isMap(a) || !isMap(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && isEqual(a[key], b[key]));
}

/** The changes that turn `from` into `to`. */
export function changesBetween(from: unknown, to: unknown, path: Path = []): Change[] {
  if (isEqual(from, to)) return [];
  if (!isMap(from) || !isMap(to)) return [{ path, to }];
  const keys = new Set([...Object.keys(from), ...Object.keys(to)]);
  return [...keys].flatMap((key) => {
    const inner = [...path, key];
    if (!Object.hasOwn(to, key)) return [{ path: inner, to: undefined }];
    return Object.hasOwn(from, key) ? changesBetween(from[key], to[key], inner) : [{ path: inner, to: to[key] }];
  });
}

/** A copy of the object with the changes applied. */
export function withChanges(object: unknown, changes: readonly Change[]): unknown {
  return changes.reduce((result, { path, to }) => withChange(result, path, to), object);
}

function withChange(object: unknown, path: Path, to: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return to;
  const map = isMap(object) ? object : {};
  const value = rest.length === 0 ? to : withChange(Object.hasOwn(map, key) ? map[key] : undefined, rest, to);
  const entries = Object.entries(map).filter(([name]) => name !== key);
  const at = Object.keys(map).indexOf(key);
  // In its old place, so that a diff shows the change and not a move.
  if (value !== undefined) entries.splice(at === -1 ? entries.length : at, 0, [key, value]);
  return Object.fromEntries(entries);
}

/** Paths changed by both sides, where one equals or contains the other. Identical changes are not conflicts. */
export function conflicts(mine: readonly Change[], theirs: readonly Change[]): Path[] {
  const holds = (outer: Path, inner: Path) => outer.every((key, index) => inner[index] === key);
  return mine
    .filter((one) =>
      theirs.some(
        (other) =>
          (holds(one.path, other.path) || holds(other.path, one.path)) &&
          !(one.path.length === other.path.length && isEqual(one.to, other.to)),
      ),
    )
    .map(({ path }) => path);
}

/** The object without fields maintained by the server, which nobody edits and which change all the time. */
export function withoutServerFields(object: Record<string, unknown>): Record<string, unknown> {
  const { status: _status, ...rest } = object;
  const metadata = isMap(rest['metadata']) ? rest['metadata'] : {};
  const {
    resourceVersion: _resourceVersion,
    managedFields: _managedFields,
    generation: _generation,
    ...kept
  } = metadata;
  return { ...rest, metadata: kept };
}

/** What two sides made of the same object. */
export interface ThreeWay {
  /** The object before both. */
  base: Record<string, unknown>;
  mine: Record<string, unknown>;
  theirs: Record<string, unknown>;
}

/** The fields that both sides changed differently. */
export function conflictsIn({ base, mine, theirs }: ThreeWay): Path[] {
  const [before, edited, live] = [base, mine, theirs].map(withoutServerFields);
  return conflicts(changesBetween(before, edited), changesBetween(before, live));
}

/** Whether the other side changed anything that people edit. */
export const hasMoved = (base: Record<string, unknown>, theirs: Record<string, unknown>): boolean =>
  !isEqual(withoutServerFields(base), withoutServerFields(theirs));

/** Their object with my changes. `prefer`: whose value a field gets that both changed. */
export function rebased({ base, mine, theirs }: ThreeWay, prefer: 'mine' | 'theirs'): unknown {
  const changes = changesBetween(withoutServerFields(base), withoutServerFields(mine));
  const both = prefer === 'mine' ? [] : conflictsIn({ base, mine, theirs });
  return withChanges(
    theirs,
    changes.filter(({ path }) => !both.some((other) => isEqual(other, path))),
  );
}

/** An object with everything that a manifest says; what the manifest leaves out stays. A list counts as one value. */
export function overlay(object: unknown, manifest: unknown): unknown {
  if (!isMap(object) || !isMap(manifest)) return manifest;
  const result = new Map(Object.entries(object));
  for (const [key, value] of Object.entries(manifest)) result.set(key, overlay(result.get(key), value));
  return Object.fromEntries(result);
}
