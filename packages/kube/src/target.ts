/** A request target that passed the checks: the raw text to forward, and its decoded path for classification. */
export interface KubeTarget {
  /** Path and query exactly as received, beginning with `/`. */
  raw: string;
  /** The percent-decoded path, without the query. */
  path: string;
  /** The query as received, without `?`; empty when there is none. */
  query: string;
}

export type TargetResult = { target: KubeTarget; refused?: never } | { target?: never; refused: string };

/** The longest target we accept, in bytes; kube-apiserver itself refuses headers above 1 MiB, Node above 64 KiB here. */
const maxLength = 32_768;

/**
 * Checks the target of a request to a kube-apiserver once, on its raw bytes, so that what we classify is what every later
 * hop will see. Refused: anything but an origin-form path in printable ASCII, fragments, backslashes and semicolons,
 * empty segments, `.` and `..`, and percent-encoded slash, backslash, dot segment, percent, semicolon or control character.
 * None of them is ever part of a Kubernetes name (path.IsValidPathSegmentName).
 */
export function parseTarget(raw: string): TargetResult {
  if (raw.length > maxLength) return { refused: 'the URL is too long' };
  if (!raw.startsWith('/')) return { refused: 'the request target must be a path' };
  if (!/^[\x21-\x7e]*$/.test(raw)) return { refused: 'the URL has characters that must be percent-encoded' };
  const mark = raw.indexOf('?');
  const encoded = mark === -1 ? raw : raw.slice(0, mark);
  const query = mark === -1 ? '' : raw.slice(mark + 1);
  if (/[\\;#]/.test(encoded)) return { refused: 'the path has a backslash, a semicolon or a fragment' };
  if (query.includes('#')) return { refused: 'the URL has a fragment' };
  if (/%(?:2f|5c|25|3b|3f|23|[01][0-9a-f]|7f)/i.test(encoded)) {
    return { refused: 'the path has a percent-encoded separator or control character' };
  }
  const path = decode(encoded);
  if (path === undefined) return { refused: 'the path is not valid percent-encoded UTF-8' };
  const segments = path.slice(1).split('/');
  const last = segments.length - 1;
  for (const [index, segment] of segments.entries()) {
    if (segment === '' && index !== last) return { refused: 'the path has an empty segment' };
    if (segment === '.' || segment === '..') return { refused: 'the path has a dot segment' };
  }
  return { target: { raw, path, query } };
}

function decode(encoded: string): string | undefined {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return undefined;
  }
}
