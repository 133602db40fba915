/** The query of a request as the apiserver reads it. */
export interface Query {
  /** The values of each name, in order, without the pairs that the apiserver ignores. */
  values: ReadonlyMap<string, readonly string[]>;
  /** Why two parsers may read the query differently, as the end of a sentence; undefined if they cannot. */
  ambiguity: string | undefined;
}

/** Go 1.26 refuses a query with more (net/url, `urlmaxqueryparams`); earlier versions have no limit. */
const maxParameters = 10_000;

/**
 * Reads a raw query as Go's `url.URL.Query` does (net/url, `parseQuery`): pairs with a semicolon or a malformed
 * percent-encoding are silently ignored, `+` is a space, and a name may occur more than once. Never throws.
 * @param raw without `?`.
 */
export function parseQuery(raw: string): Query {
  const values = new Map<string, string[]>();
  let ambiguity: string | undefined;
  let parameters = 0;
  for (const pair of raw.split('&')) {
    if (++parameters > maxParameters) ambiguity ??= `the query has more than ${maxParameters} parameters`;
    if (pair.includes(';')) {
      ambiguity ??= 'the query has a semicolon that is not percent-encoded';
      continue;
    }
    if (pair === '') continue;
    const at = pair.indexOf('=');
    const name = unescapeQuery(at === -1 ? pair : pair.slice(0, at));
    const value = unescapeQuery(at === -1 ? '' : pair.slice(at + 1));
    if (name === undefined || value === undefined) {
      ambiguity ??= 'the query has a malformed percent-encoding';
      continue;
    }
    if (!name.isUtf8 || !value.isUtf8) ambiguity ??= 'the query has bytes that are not UTF-8';
    const before = values.get(name.text);
    if (before === undefined) values.set(name.text, [value.text]);
    else before.push(value.text);
  }
  return { values, ambiguity };
}

/** Go's `url.QueryUnescape`; undefined where that is an error. Bytes that are not UTF-8 become U+FFFD. */
function unescapeQuery(encoded: string): { text: string; isUtf8: boolean } | undefined {
  const spaced = encoded.replaceAll('+', ' ');
  if (!spaced.includes('%')) return { text: spaced, isUtf8: true };
  if (/%(?![0-9a-f]{2})/i.test(spaced)) return undefined;
  const latin1 = spaced.replaceAll(/%([0-9a-f]{2})/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  const bytes = Buffer.from(latin1, 'latin1');
  const text = bytes.toString('utf8');
  return { text, isUtf8: Buffer.from(text).equals(bytes) };
}
