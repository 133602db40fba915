/**
 * Readers for JSON from a cluster. Everything may be missing or of another type: the server is not trusted, and a custom
 * resource may have anything as `spec`.
 */
export function get(value: unknown, ...path: (string | number)[]): unknown {
  let current = value;
  for (const key of path) {
    if (typeof current !== 'object' || current === null) return undefined;
    current = Object.hasOwn(current, key) ? (current as Record<string | number, unknown>)[key] : undefined;
  }
  return current;
}

export function text(value: unknown, ...path: (string | number)[]): string | undefined {
  const found = get(value, ...path);
  if (typeof found === 'string') return found;
  return typeof found === 'number' || typeof found === 'boolean' ? String(found) : undefined;
}

export function number(value: unknown, ...path: (string | number)[]): number | undefined {
  const found = get(value, ...path);
  return typeof found === 'number' ? found : undefined;
}

export function list(value: unknown, ...path: (string | number)[]): readonly unknown[] {
  const found = get(value, ...path);
  return Array.isArray(found) ? found : [];
}

export function record(value: unknown, ...path: (string | number)[]): Record<string, unknown> {
  const found = get(value, ...path);
  return typeof found === 'object' && found !== null && !Array.isArray(found) ? (found as Record<string, unknown>) : {};
}

/** A map of strings, such as labels; other values are left out. */
export function strings(value: unknown, ...path: (string | number)[]): Record<string, string> {
  return Object.fromEntries(
    Object.entries(record(value, ...path)).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}
