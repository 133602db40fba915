import type { MuxStream } from '@postern/mux';
import type { IncomingRequest } from '@postern/tunnel';

const noHead = new Uint8Array(0);

/** Accepts a stream and sends everything back; ends when the peer ends. For sessions: `session.on('stream', echo)`. */
export function echo(stream: MuxStream): void {
  stream.accept(noHead);
  stream.pipe(stream);
}

/** Answers 200 (101 for an upgrade) and sends the body back. For tunnels: `tunnel.on('request', echoRequest)`. */
export function echoRequest(request: IncomingRequest): void {
  request.respond({ status: request.head.kind === 'upgrade' ? 101 : 200, headers: [] });
  request.stream.pipe(request.stream);
}
