import type { HeaderPairs } from '@postern/kube';

/** What Content-Length says, in bytes; undefined where it is absent or not a number (RFC 9110, 8.6). */
export function declaredLength(headers: HeaderPairs): number | undefined {
  const value = headers.find(([name]) => name === 'content-length')?.[1];
  return value !== undefined && /^\d{1,15}$/.test(value) ? Number(value) : undefined;
}

/** Bytes that the body of a complete answer has; undefined where nothing says (RFC 9110, 6.4.1). */
export function answerLength(answer: { method: string; status: number; headers: HeaderPairs }): number | undefined {
  const { method, status, headers } = answer;
  // Their Content-Length describes what a GET would have got.
  if (method === 'HEAD' || status === 204 || status === 304) return 0;
  return declaredLength(headers);
}
