/** What JSON can hold. */
export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

/**
 * The one way to write a JSON value (RFC 8785): names sorted by their UTF-16 units, no white space, numbers and strings as
 * `JSON.stringify` writes them. Hashes are taken of this, because a database may store the same value in other bytes.
 */
export function canonical(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.keys(value)
    .sort()
    .map((name) => `${JSON.stringify(name)}:${canonical(value[name] as Json)}`);
  return `{${members.join(',')}}`;
}
