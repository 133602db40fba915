/**
 * Encodes a value as one path segment or one query value. Percent-encoding cannot hide `.` and `..` (browsers also read
 * `%2e%2e` as `..`, WHATWG URL "double-dot path segment"), so their dots are escaped twice: such a URL refers to something that
 * does not exist, and never leads up the path. Lone surrogates, which a URL cannot contain, become U+FFFD.
 */
function pathSegment(value: string): string {
  const encoded = encodeURIComponent(String(value).toWellFormed());
  return /^\.\.?$/.test(encoded) ? encoded.replaceAll('.', '%252E') : encoded;
}

/** A path of these segments. */
export const pathOf = (segments: readonly string[]): string =>
  segments.map((segment) => `/${pathSegment(segment)}`).join('');

/**
 * A URL of this dashboard, with each value encoded as one segment or query value: href`/${organization}/tokens`. Whatever the
 * values are, the result is a path on our own origin with the segments of the template. Build every URL that contains a value
 * with this function, because names come from clusters and from the address bar.
 */
export function href(template: TemplateStringsArray, ...values: readonly string[]): string {
  const address = String.raw({ raw: template }, ...values.map(pathSegment));
  // An empty first value would result in `//host`, which browsers read as another origin.
  return address.startsWith('//') ? '/' : address;
}
