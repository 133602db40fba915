import { type HeaderPairs, passResponseHeaders } from '@postern/kube';
import type { ResponseHead } from '@postern/tunnel';
import type { ClassifiedRequest } from '../access/classify.ts';
import { type Refusal, refusal } from '../access/refusal.ts';

/**
 * Pass on the way back: is the cluster's response acceptable? The tenant controls agent and apiserver, so both may be hostile
 * to the users of this origin.
 * @returns the refusal to send instead of the response, or undefined.
 */
export function refuseAnswer(answer: ResponseHead, asked: ClassifiedRequest): Refusal | undefined {
  const { status } = answer;
  // Following or passing on a redirect would send credentials elsewhere (k/k#112513).
  if (status >= 300 && status < 400 && status !== 304) {
    return refusal(502, 'The cluster answered with a redirect, which Postern does not pass on.');
  }
  if (status < 200) return refusal(502, 'The cluster answered a plain request with an upgrade.');
  // The person is signed in: it is the agent that the apiserver does not accept.
  if (status === 401 && asked.kind !== 'proxy') {
    return refusal(502, "The cluster refused the agent's own credentials. Restart the agent, or connect it again.");
  }
  if (announcedLength(answer) === null) {
    return refusal(502, 'The cluster answered with a Content-Length that is no length.');
  }
  return undefined;
}

/** The announced length of the response body in bytes; undefined if there is none; null if it is not a single number. */
export function announcedLength({ headers }: ResponseHead): number | undefined | null {
  let length: number | undefined;
  for (const [name, value] of headers) {
    if (name !== 'content-length') continue;
    if (!/^\d{1,15}$/.test(value) || (length !== undefined && length !== Number(value))) return null;
    length = Number(value);
  }
  return length;
}

/** Whether a response has no body (RFC 9110, 6.4.1). */
export function isBodiless(method: string | undefined, status: number): boolean {
  return method === 'HEAD' || status === 204 || status === 304;
}

/**
 * The headers for the client. On our origin nothing from a cluster may run, be shown as a page or set cookies: a browser that
 * navigates here saves a file (not under a name chosen by the cluster), and if it showed the content after all, it would do so
 * in a sandbox and without sniffing the type. Other origins cannot embed it, and browsers do not cache it.
 */
export function responseHeaders(answer: ResponseHead, options: { isBrowser: boolean }): Map<string, string | string[]> {
  const headers = new Map<string, string | string[]>();
  for (const [name, value] of passResponseHeaders(answer.headers as HeaderPairs)) {
    const before = headers.get(name);
    if (before === undefined) headers.set(name, value);
    else if (name !== 'content-length' && name !== 'content-type') headers.set(name, [before, value].flat());
  }
  if (answer.status === 204) headers.delete('content-length');
  headers.set('content-security-policy', "sandbox; default-src 'none'");
  headers.set('x-content-type-options', 'nosniff');
  headers.set('cross-origin-resource-policy', 'same-origin');
  if (options.isBrowser) headers.set('content-disposition', 'attachment');
  if (options.isBrowser || !headers.has('cache-control')) headers.set('cache-control', 'no-store');
  return headers;
}
