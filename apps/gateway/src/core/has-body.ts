import type { IncomingMessage } from 'node:http';
import { isHttp2Request } from './http-version.ts';

/** True when the request announces a body: HTTP/1.1 by its headers, HTTP/2 by the missing END_STREAM. */
export function hasBody(request: IncomingMessage): boolean {
  if (isHttp2Request(request)) return (request.stream as { endAfterHeaders?: boolean }).endAfterHeaders !== true;
  const length = request.headers['content-length'];
  return request.headers['transfer-encoding'] !== undefined || (length !== undefined && Number(length) !== 0);
}
