import { type HeaderPairs, passResponseHeaders } from '@postern/kube';
import type { ResponseHead } from '@postern/tunnel';
import type { ClassifiedRequest } from '../access/classify.ts';
import { type Refusal, refusal } from '../access/refusal.ts';

/**
 * Pass on the way back: what an answer of the cluster may be. The tenant owns agent and apiserver, so both may be hostile to
 * the people of this origin.
 * @returns why the answer is not passed on, or undefined.
 */
export function refuseAnswer(answer: ResponseHead, asked: ClassifiedRequest): Refusal | undefined {
  const { status } = answer;
  // Following or passing a redirect would send credentials elsewhere (k/k#112513).
  if (status >= 300 && status < 400 && status !== 304) {
    return refusal(502, 'The cluster answered with a redirect, which Postern does not pass on.');
  }
  if (status < 200) return refusal(502, 'The cluster answered a plain request with an upgrade.');
  // The person is signed in: it is the agent whom the apiserver does not know.
  if (status === 401 && asked.kind !== 'proxy') {
    return refusal(502, "The cluster refused the agent's own credentials. Restart the agent, or connect it again.");
  }
  if (announcedLength(answer) === null) {
    return refusal(502, 'The cluster answered with a Content-Length that is no length.');
  }
  return undefined;
}

/** Bytes that the answer's body is to have; undefined when it does not say; null when what it says is no one number. */
export function announcedLength({ headers }: ResponseHead): number | undefined | null {
  let length: number | undefined;
  for (const [name, value] of headers) {
    if (name !== 'content-length') continue;
    if (!/^\d{1,15}$/.test(value) || (length !== undefined && length !== Number(value))) return null;
    length = Number(value);
  }
  return length;
}

/** Whether an answer has a body at all (RFC 9110, 6.4.1). */
export function isBodiless(method: string | undefined, status: number): boolean {
  return method === 'HEAD' || status === 204 || status === 304;
}

/**
 * The headers a client gets. On our origin nothing of a cluster may run, be shown as a page or set cookies: a browser that
 * navigates here saves a file (under no name of the cluster's choice), and should it show it all the same, in a sandbox and
 * without sniffing its type. Other origins cannot embed it, and browsers do not cache it.
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
