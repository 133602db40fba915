import type { HeaderPairs } from '@postern/kube';

/** The value of Content-Length in bytes; undefined if it is missing or not a number (RFC 9110, 8.6). */
export function declaredLength(headers: HeaderPairs): number | undefined {
  const value = headers.find(([name]) => name === 'content-length')?.[1];
  return value !== undefined && /^\d{1,15}$/.test(value) ? Number(value) : undefined;
}

/** The length of a complete response body in bytes; undefined if it is not announced (RFC 9110, 6.4.1). */
export function answerLength(answer: { method: string; status: number; headers: HeaderPairs }): number | undefined {
  const { method, status, headers } = answer;
  // Their Content-Length is that of the response to a GET.
  if (method === 'HEAD' || status === 204 || status === 304) return 0;
  return declaredLength(headers);
}
