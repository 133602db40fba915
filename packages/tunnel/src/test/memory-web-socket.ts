import type { IncomingMessage } from 'node:http';
import { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { webSocketServerOptions } from '../websocket-transport.ts';

/** The server's connection: `push` is what the client sends. */
export class MemoryConnection extends Duplex {
  /** Everything written, in the chunks of each write. */
  readonly writes: Buffer[][] = [];

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.writes.push([chunk]);
    done();
  }

  override _writev(chunks: { chunk: Buffer }[], done: () => void): void {
    this.writes.push(chunks.map(({ chunk }) => chunk));
    done();
  }
}

/** The server's end of an open WebSocket, over a connection in memory. */
export function memoryWebSocket(): { ws: WebSocket; connection: MemoryConnection } {
  const connection = new MemoryConnection();
  const request = {
    method: 'GET',
    url: '/tunnel',
    headers: {
      upgrade: 'websocket',
      'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
      'sec-websocket-version': '13',
    },
  } as unknown as IncomingMessage;
  let opened: WebSocket | undefined;
  new WebSocketServer({ noServer: true, ...webSocketServerOptions }).handleUpgrade(
    request,
    connection,
    Buffer.alloc(0),
    (ws) => {
      opened = ws;
    },
  );
  if (opened === undefined) throw new Error('the upgrade failed');
  connection.writes.length = 0;
  return { ws: opened, connection };
}

/** A frame of up to 125 bytes as a client sends it, with a mask that is all zero. */
export function clientFrame(firstByte: number, payload: string | number[] = []): Buffer {
  const bytes = Buffer.from(payload);
  return Buffer.concat([Buffer.from([firstByte, 0x80 | bytes.length, 0, 0, 0, 0]), bytes]);
}
