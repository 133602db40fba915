import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import type { Duplex, Writable } from 'node:stream';
import * as ws from 'ws';
import type { ApiAccess } from './api-access.ts';

/** The parts of `ws` below a connection, which its types omit. */
interface Framing {
  Receiver: new (options: { isServer: boolean; maxPayload: number }) => Writable;
  Sender: new (socket: Duplex) => { close(code: number, data: string, mask: true): void };
}
const { Receiver, Sender } = ws as unknown as Framing;

/**
 * A WebSocket to a path of the API, as opened by clients that have no other way to stream. The handshake is our own: if
 * no subprotocol is requested, an apiserver answers with an empty one, which `ws` treats as an error.
 */
export class ApiWebSocket {
  /** The subprotocol that the server chose; empty for none. */
  readonly protocol: string;
  readonly messages: Buffer[] = [];
  /** Resolves when the connection is closed. */
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
      // Watches require one (golang.org/x/net/websocket), and browsers always send it.
      origin: access.origin,
      'sec-websocket-version': '13',
      'sec-websocket-key': randomBytes(16).toString('base64'),
      ...(protocols.length > 0 && { 'sec-websocket-protocol': protocols.join(', ') }),
    };
    return new Promise((resolve, reject) => {
      const outgoing = request(access.origin + path, { ...access.tls, headers, agent: false });
      outgoing.on('upgrade', (answer, socket, head) => resolve(new ApiWebSocket(answer, socket, head)));
      outgoing.on('response', async (answer) => {
        const body = (await answer.toArray()).join('');
        reject(new Error(`${answer.statusCode} instead of a WebSocket: ${body.slice(0, 500)}`));
      });
      outgoing.on('error', reject);
      outgoing.end();
    });
  }

  /** Waits until the received messages fulfil the condition; fails if the connection closes first. */
  async until<T>(condition: (messages: readonly Buffer[]) => T | undefined | false): Promise<T> {
    for (;;) {
      const met = condition(this.messages);
      if (met) return met;
      if (this.#socket.destroyed) throw new Error('the connection was closed first');
      await Promise.race([once(this.#receiver, 'message'), this.closed]);
    }
  }

  async close(): Promise<void> {
    if (this.#socket.writable) new Sender(this.#socket).close(1000, '', true);
    this.#socket.end();
    await this.closed;
  }
}
