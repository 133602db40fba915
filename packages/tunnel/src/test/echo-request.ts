import type { IncomingRequest } from '../tunnel.ts';

/** Answers 200 (101 for an upgrade) and sends the body back. For tunnels: `tunnel.on('request', echoRequest)`. */
export function echoRequest(request: IncomingRequest): void {
  request.respond({ status: request.head.kind === 'upgrade' ? 101 : 200, headers: [] });
  request.stream.pipe(request.stream);
}
