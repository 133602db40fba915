/**
 * One value as one segment of a path, or as one value of a query. Percent-encoding cannot hide `.` and `..` (a browser reads
 * `%2e%2e` as `..` too, WHATWG URL "double-dot path segment"), so their dots are escaped twice: such an address names
 * something that does not exist, and never leads up the path. Lone surrogates, which no address can hold, become U+FFFD.
 */
function pathSegment(value: string): string {
  const encoded = encodeURIComponent(String(value).toWellFormed());
  return /^\.\.?$/.test(encoded) ? encoded.replaceAll('.', '%252E') : encoded;
}

/** A path made of these segments. */
export const pathOf = (segments: readonly string[]): string =>
  segments.map((segment) => `/${pathSegment(segment)}`).join('');

/**
 * An address of this dashboard, with each value encoded as one segment or query value: href`/${organization}/tokens`.
 * Whatever the values are, the result is a path on our own origin with the segments that the template shows. All addresses
 * with a value in them are made here, because names come from clusters and from the address bar.
 */
export function href(template: TemplateStringsArray, ...values: readonly string[]): string {
  const address = String.raw({ raw: template }, ...values.map(pathSegment));
  // An empty first value would leave `//host`, which browsers read as another origin.
  return address.startsWith('//') ? '/' : address;
}
