import type { ServerResponse } from 'node:http';

/** The apiserver's limits (k8s.io/apiserver/pkg/endpoints/filters/warning.go), in characters. */
const limits = { each: 256, all: 4_096 };

/** Sends a `Warning` header (RFC 7234, 5.5) for each text, within the limits. A header has no characters beyond ASCII: they become `?`. */
export function sendWarnings(response: ServerResponse, texts: string[]): void {
  const warnings: string[] = [];
  let left = limits.all;
  for (const text of texts) {
    const short = text.slice(0, limits.each).replaceAll(/[^\x20-\x7e]/g, '?');
    left -= short.length;
    if (left < 0) break;
    warnings.push(`299 - ${JSON.stringify(short)}`);
  }
  response.setHeader('warning', warnings);
}
