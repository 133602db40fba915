import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import type { Duplex, Writable } from 'node:stream';
import * as ws from 'ws';
import type { ApiAccess } from './api-access.ts';

/** The parts of `ws` below a connection, which its types leave out. */
interface Framing {
  Receiver: new (options: { isServer: boolean; maxPayload: number }) => Writable;
  Sender: new (socket: Duplex) => { close(code: number, data: string, mask: true): void };
}
const { Receiver, Sender } = ws as unknown as Framing;

/**
 * A WebSocket on a path of the API, as a client opens one that has no other way to stream. The handshake is our own: an
 * apiserver that was asked for no subprotocol answers with an empty one, which `ws` takes for an error.
 */
export class ApiWebSocket {
  /** The subprotocol that the server chose; empty for none. */
  readonly protocol: string;
  readonly messages: Buffer[] = [];
  /** Resolves when the connection is over. */
  readonly closed: Promise<unknown>;
  readonly #socket: Duplex;
  readonly #receiver = new Receiver({ isServer: false, maxPayload: 1 << 24 });

  private constructor(answer: IncomingMessage, socket: Duplex, head: Buffer) {
    this.protocol = String(answer.headers['sec-websocket-protocol'] ?? '');
    this.#socket = socket;
    this.closed = once(socket, 'close').catch(() => undefined);
    this.#receiver.on('message', (message: Buffer) => this.messages.push(message));
    this.#receiver.on('conclude', () => socket.end());
    this.#receiver.write(head);
    socket.on('data', (chunk: Buffer) => this.#receiver.write(chunk));
    socket.on('end', () => socket.end());
    socket.on('error', () => socket.destroy());
  }

  /** @throws Error with the status when the server does not switch protocols. */
  static open(access: ApiAccess, path: string, protocols: readonly string[] = []): Promise<ApiWebSocket> {
    const headers = {
      ...access.headers,
      connection: 'Upgrade',
      upgrade: 'websocket',
      // Watches need one (golang.org/x/net/websocket); browsers send it always.
      origin: access.origin,
      'sec-websocket-version': '13',
      'sec-websocket-key': randomBytes(16).toString('base64'),
      ...(protocols.length > 0 && { 'sec-websocket-protocol': protocols.join(', ') }),
    };
    return new Promise((resolve, reject) => {
      const asked = request(access.origin + path, { ...access.tls, headers, agent: false });
      asked.on('upgrade', (answer, socket, head) => resolve(new ApiWebSocket(answer, socket, head)));
      asked.on('response', async (answer) => {
        const body = (await answer.toArray()).join('');
        reject(new Error(`${answer.statusCode} instead of a WebSocket: ${body.slice(0, 500)}`));
      });
      asked.on('error', reject);
      asked.end();
    });
  }

  /** Waits until what was received fulfils the condition; fails when the connection closes before. */
  async until<T>(condition: (messages: readonly Buffer[]) => T | undefined | false): Promise<T> {
    for (;;) {
      const met = condition(this.messages);
      if (met) return met;
      if (this.#socket.destroyed) throw new Error('the connection was closed before');
      await Promise.race([once(this.#receiver, 'message'), this.closed]);
    }
  }

  async close(): Promise<void> {
    if (this.#socket.writable) new Sender(this.#socket).close(1000, '', true);
    this.#socket.end();
    await this.closed;
  }
}
