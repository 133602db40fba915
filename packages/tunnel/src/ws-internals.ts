import type { Socket } from 'node:net';
import type { Writable } from 'node:stream';
import type { WebSocket } from 'ws';

/** What `ws` has no public way to; read with care, because a later version may have it no more. */
interface Inside {
  _socket?: Socket;
  _receiver?: Writable & { _bufferedBytes?: number; _state?: number; _fragmented?: number };
}

/** The socket of an open WebSocket. */
export function socketBelow(ws: WebSocket): Socket | undefined {
  return (ws as unknown as Inside)._socket;
}

/**
 * Gives what the socket reads to `read` instead of to the receiver of `ws`, from the first chunk on that begins a
 * message. Until then, and for ever should `ws` look different inside than it does today, messages arrive as before.
 * Returns a function that hands bytes to the receiver after all: whole control frames only.
 */
export function takeOver(ws: WebSocket, read: (chunk: Buffer) => void): (frame: Buffer) => void {
  const { _socket: socket, _receiver: receiver } = ws as unknown as Inside;
  const [listener, ...others] = socket?.listeners('data') ?? [];
  const handBack = (frame: Buffer): void => {
    if (receiver !== undefined && !receiver.writableEnded && !receiver.destroyed) receiver.write(frame);
  };
  if (socket === undefined || receiver === undefined || listener === undefined || others.length > 0) return handBack;

  let isOurs = false;
  socket.off('data', listener as (chunk: Buffer) => void);
  socket.on('data', (chunk: Buffer) => {
    isOurs ||= receiver._bufferedBytes === 0 && receiver._state === 0 && receiver._fragmented === 0;
    if (isOurs) read(chunk);
    else if (!receiver.writableEnded && !receiver.destroyed) listener.call(socket, chunk);
  });
  return handBack;
}
