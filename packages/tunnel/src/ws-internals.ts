import type { Socket } from 'node:net';
import type { Writable } from 'node:stream';
import type { WebSocket } from 'ws';

/** Internals of `ws` that have no public API. Check each before use: a later version may not have it. */
interface Inside {
  _socket?: Socket;
  _receiver?: Writable & { _bufferedBytes?: number; _state?: number; _fragmented?: number };
}

/** The socket of an open WebSocket; undefined if `ws` does not expose it. */
export function socketBelow(ws: WebSocket): Socket | undefined {
  return (ws as unknown as Inside)._socket;
}

/**
 * Passes the socket's bytes to `read` instead of to the receiver of `ws`, from the first chunk that begins a message.
 * Until then, or permanently if the internals of `ws` are not as expected, messages arrive as before.
 * @returns a function that passes bytes to the receiver of `ws` after all: complete control frames only.
 */
export function takeOver(ws: WebSocket, read: (chunk: Buffer) => void): (frame: Buffer) => void {
  const { _socket: socket, _receiver: receiver } = ws as unknown as Inside;
  const [listener, ...others] = socket?.listeners('data') ?? [];
  // It ends with the peer's close frame, after which nothing counts (RFC 6455, 5.5.1).
  const hasEnded = (): boolean => receiver === undefined || receiver.writableEnded || receiver.destroyed;
  const handBack = (frame: Buffer): void => {
    if (!hasEnded()) receiver?.write(frame);
  };
  if (socket === undefined || receiver === undefined || listener === undefined || others.length > 0) return handBack;

  let isOurs = false;
  socket.off('data', listener as (chunk: Buffer) => void);
  socket.on('data', (chunk: Buffer) => {
    if (hasEnded()) return;
    isOurs ||= receiver._bufferedBytes === 0 && receiver._state === 0 && receiver._fragmented === 0;
    if (isOurs) read(chunk);
    else listener.call(socket, chunk);
  });
  return handBack;
}
