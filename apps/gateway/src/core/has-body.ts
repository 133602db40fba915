import type { IncomingMessage } from 'node:http';
import { isHttp2Request } from './http-version.ts';

/** Whether a request announces a body: in HTTP/1.1 by its headers, in HTTP/2 by a missing END_STREAM. */
export function hasBody(request: IncomingMessage): boolean {
  if (isHttp2Request(request)) return (request.stream as { endAfterHeaders?: boolean }).endAfterHeaders !== true;
  const length = request.headers['content-length'];
  return request.headers['transfer-encoding'] !== undefined || (length !== undefined && Number(length) !== 0);
}
