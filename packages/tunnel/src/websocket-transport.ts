import type { Socket } from 'node:net';
import type { MessageTransport, Role } from '@postern/mux';
import type { RawData, WebSocket } from 'ws';
import { MessageReader } from './message-reader.ts';
import { socketBelow, takeOver } from './ws-internals.ts';

/** The largest WebSocket message: the largest frame with room to spare. Both sides set it as `maxPayload`. */
const maxPayload = 128 * 1024;
/** The most fragments a message may come in. */
const maxFragments = 256;
/** Answers to WebSocket pings that may wait to be sent; a peer that provokes more without reading them is cut off. */
const maxPendingAutoPongs = 64;

/** Options the gateway's WebSocketServer must have; tunnel messages are never compressed. */
export const webSocketServerOptions = {
  perMessageDeflate: false,
  maxPayload,
  maxFragments,
  maxPendingAutoPongs,
} as const;

/**
 * Options of the agent's WebSocket. The mask is all zero: it protects shared caches from scripts in browsers, protects
 * nothing here under TLS, and making it real costs most of a core.
 */
export const webSocketClientOptions = {
  ...webSocketServerOptions,
  followRedirects: false,
  generateMask: (mask: Buffer): void => {
    mask.fill(0);
  },
} as const;

/** Parts that are no larger than this on the average are copied together: that costs less than a write for each. */
const mergeBytes = 2048;
const closeTimeoutMs = 5000;

/** Messages over a WebSocket that is open. Takes over its events. */
export class WebSocketTransport implements MessageTransport {
  onmessage: ((parts: readonly Uint8Array[]) => void) | undefined;
  ondrain: (() => void) | undefined;
  onclose: ((code: number, reason: string) => void) | undefined;
  readonly #ws: WebSocket;
  readonly #socket: Socket | undefined;
  /** What a client sends is masked (RFC 6455, 5.3), and the agent is the client. */
  readonly #masks: boolean;
  #isCorked = false;
  #closeTimer: NodeJS.Timeout | undefined;
  #problem = '';

  /** @param role which end of the tunnel this is. */
  constructor(ws: WebSocket, role: Role) {
    this.#ws = ws;
    this.#masks = role === 'agent';
    this.#socket = socketBelow(ws);
    // Given apart, the pieces of a message need no copy.
    ws.binaryType = 'fragments';
    ws.on('message', this.#onMessage);
    const reader = new MessageReader({
      masked: !this.#masks,
      maxPayload,
      maxFragments,
      onMessage: this.#onMessage,
      onControl: (frame) => handBack(frame),
      onViolation: this.#onViolation,
    });
    const handBack = takeOver(ws, (chunk) => reader.read(chunk));
    ws.on('error', (error) => {
      this.#problem = error.message;
    });
    ws.on('close', (code, reason) => {
      clearTimeout(this.#closeTimer);
      this.onclose?.(code, reason.length > 0 ? reason.toString('utf8') : this.#problem);
    });
  }

  get bufferedAmount(): number {
    return this.#ws.bufferedAmount;
  }

  /** Written past `ws`, which would copy a message or send it in fragments, and calls back for each. */
  send(parts: readonly Uint8Array[]): void {
    if (this.#ws.readyState !== this.#ws.OPEN) return;
    const socket = this.#socket;
    if (socket === undefined) {
      this.#ws.send(Buffer.concat(parts), this.#onSent);
      return;
    }
    this.#cork(socket);
    let length = 0;
    for (const part of parts) length += part.length;
    const header = messageHeader(length, { masked: this.#masks });
    if (length <= mergeBytes * parts.length) {
      socket.write(Buffer.concat([header, ...parts]), this.#onSent);
      return;
    }
    socket.write(header);
    const last = parts.length - 1;
    for (const [index, part] of parts.entries()) socket.write(part, index === last ? this.#onSent : undefined);
  }

  close(code: number, reason: string): void {
    this.#ws.close(code, cutReason(reason));
    if (this.#ws.readyState !== this.#ws.CLOSED) {
      this.#closeTimer ??= setTimeout(() => this.#ws.terminate(), closeTimeoutMs);
    }
  }

  terminate(): void {
    this.#ws.terminate();
  }

  readonly #onMessage = (data: RawData, isBinary: boolean): void => {
    // Text is no frame: an empty message is the protocol error the session makes of it.
    this.onmessage?.(isBinary && Array.isArray(data) ? data : []);
  };

  /** What comes after a violation is not read, so the peer's answer is not waited for. */
  readonly #onViolation = (code: number, reason: string): void => {
    this.#problem = reason;
    this.close(code, reason);
    this.#socket?.end();
  };

  readonly #onSent = (): void => {
    this.ondrain?.();
  };

  /** Everything sent in one turn leaves in one write. */
  #cork(socket: Socket): void {
    if (this.#isCorked) return;
    this.#isCorked = true;
    socket.cork();
    process.nextTick(this.#uncork);
  }

  readonly #uncork = (): void => {
    this.#isCorked = false;
    this.#socket?.uncork();
  };
}

/** What stands before a binary message of so many bytes in one fragment (RFC 6455, 5.2). The mask is all zero. */
function messageHeader(length: number, { masked }: { masked: boolean }): Buffer {
  const lengthBytes = length < 126 ? 0 : length < 65_536 ? 2 : 8;
  const header = Buffer.alloc(2 + lengthBytes + (masked ? 4 : 0));
  header.writeUInt8(0x82, 0);
  header.writeUInt8((masked ? 0x80 : 0) | (lengthBytes === 0 ? length : lengthBytes === 2 ? 126 : 127), 1);
  if (lengthBytes > 0) header.writeUIntBE(length, 2 + (lengthBytes === 8 ? 2 : 0), lengthBytes === 8 ? 6 : 2);
  return header;
}

/** RFC 6455 5.5: a close reason has at most 123 bytes. */
export function cutReason(reason: string): string {
  let cut = reason;
  while (Buffer.byteLength(cut) > 123) cut = cut.slice(0, -1);
  return cut;
}
