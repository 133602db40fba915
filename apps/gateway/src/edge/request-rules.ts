import type { IncomingMessage } from 'node:http';
import { isHttp2Request } from '../core/http-version.ts';
import type { Owner } from './routes.ts';

/** Why the edge refuses a request before its owner sees it. */
export interface EdgeRefusal {
  status: number;
  /** For people. */
  sentence: string;
}

/** Headers of which Node uses the first and another hop might use the last (RFC 9112, 3.2). */
const single: ReadonlySet<string> = new Set(['host', 'authorization', 'origin', 'content-type', 'transfer-encoding']);

const unknownVersion: EdgeRefusal = { status: 505, sentence: 'This server speaks HTTP/1.0, HTTP/1.1 and HTTP/2.' };
const repeatedHeader: EdgeRefusal = {
  status: 400,
  sentence: 'A header field that may appear only once was sent more than once.',
};
const noHost: EdgeRefusal = { status: 400, sentence: 'An HTTP/1.1 request needs a Host header.' };
const unknownCoding: EdgeRefusal = { status: 400, sentence: 'The only supported Transfer-Encoding is chunked.' };
/** For a target in absolute or authority form, and for `*`. */
export const noPath: EdgeRefusal = { status: 400, sentence: 'The request target must be a path.' };
const malformedPath: EdgeRefusal = { status: 400, sentence: 'The path is malformed: check its percent-encoding.' };

/** For an address with too many open unauthenticated requests. */
export const tooMany: EdgeRefusal = {
  status: 429,
  sentence: 'Too many requests from your network address are waiting for an answer. Try again in a second.',
};

/**
 * Refuses a request that two parsers could read differently: text that states another HTTP version, a repeated single-value
 * header, HTTP/1.1 without a Host, a transfer coding other than `chunked` (RFC 9112, 6.1), a transfer coding in HTTP/1.0.
 */
export function refuseAmbiguous(request: IncomingMessage): EdgeRefusal | undefined {
  const isText = !isHttp2Request(request);
  if (isText && request.httpVersion !== '1.1' && request.httpVersion !== '1.0') return unknownVersion;
  const { rawHeaders } = request;
  let found: string[] | undefined;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]?.toLowerCase() ?? '';
    if (!single.has(name)) continue;
    if (found?.includes(name)) return repeatedHeader;
    found ??= [];
    found.push(name);
    if (name !== 'transfer-encoding') continue;
    if (request.httpVersion === '1.0' || rawHeaders[index + 1]?.toLowerCase() !== 'chunked') return unknownCoding;
  }
  return isText && request.httpVersion === '1.1' && request.headers.host === undefined ? noHost : undefined;
}

/**
 * Refuses a target that is not a path, and a path of the dashboard that cannot be decoded or contains control characters. The
 * API and the kube endpoint check their own paths, and refuse them with their own messages.
 */
export function refuseTarget(target: string, owner: Owner | null): EdgeRefusal | undefined {
  if (owner === null) return noPath;
  if (owner === 'dashboard' && target.includes('%') && !isDecodable(target)) return malformedPath;
  return undefined;
}

function isDecodable(target: string): boolean {
  try {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the pattern looks for these.
    return !/[\x00-\x1f\x7f]/.test(decodeURIComponent(target.split('?', 1)[0] ?? ''));
  } catch {
    return false;
  }
}
