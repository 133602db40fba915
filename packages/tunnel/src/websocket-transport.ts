import type { Socket } from 'node:net';
import type { MessageTransport, Role } from '@postern/mux';
import type { RawData, WebSocket } from 'ws';
import { MessageReader } from './message-reader.ts';
import { socketBelow, takeOver } from './ws-internals.ts';

/** The largest WebSocket message, in bytes: more than the largest frame. Both sides set it as `maxPayload`. */
const maxPayload = 128 * 1024;
/** The most fragments per message. */
const maxFragments = 256;
/** Waiting answers to WebSocket pings; a peer that provokes more without reading them is cut off. */
const maxPendingAutoPongs = 64;

/** Options that the gateway's WebSocketServer must use; tunnel messages are never compressed. */
export const webSocketServerOptions = {
  perMessageDeflate: false,
  maxPayload,
  maxFragments,
  maxPendingAutoPongs,
} as const;

/**
 * Options of the agent's WebSocket. The mask is all zero: masking protects shared caches from scripts in browsers, has no
 * use under TLS, and a real mask costs most of a core.
 */
export const webSocketClientOptions = {
  ...webSocketServerOptions,
  followRedirects: false,
  generateMask: (mask: Buffer): void => {
    mask.fill(0);
  },
} as const;

/** Parts up to this average size, in bytes, are copied together, which costs less than one write for each. */
const mergeBytes = 2048;
const closeTimeoutMs = 5000;

/** Messages over an open WebSocket. Takes over its events. */
export class WebSocketTransport implements MessageTransport {
  onmessage: ((parts: readonly Uint8Array[]) => void) | undefined;
  ondrain: (() => void) | undefined;
  onclose: ((code: number, reason: string) => void) | undefined;
  readonly #ws: WebSocket;
  readonly #socket: Socket | undefined;
  /** A client masks its frames (RFC 6455, 5.3), and the agent is the client. */
  readonly #masks: boolean;
  #isCorked = false;
  #closeTimer: NodeJS.Timeout | undefined;
  #problem = '';

  /** @param role which end of the tunnel this is. */
  constructor(ws: WebSocket, role: Role) {
    this.#ws = ws;
    this.#masks = role === 'agent';
    this.#socket = socketBelow(ws);
    // As fragments, the pieces of a message need no copy.
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

  /** Bypasses `ws`, which would copy the message or send it in fragments with a callback for each. */
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
    // A text message is not a frame: the session treats an empty message as the protocol error that this is.
    this.onmessage?.(isBinary && Array.isArray(data) ? data : []);
  };

  /** Nothing is read after a violation, so there is no point in waiting for the peer's close frame. */
  readonly #onViolation = (code: number, reason: string): void => {
    this.#problem = reason;
    this.close(code, reason);
    this.#socket?.end();
  };

  readonly #onSent = (): void => {
    this.ondrain?.();
  };

  /** Sends everything from one turn of the event loop in one write. */
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

/** The header of a binary message of `length` bytes in one fragment (RFC 6455, 5.2). The mask is all zero. */
function messageHeader(length: number, { masked }: { masked: boolean }): Buffer {
  const lengthBytes = length < 126 ? 0 : length < 65_536 ? 2 : 8;
  const header = Buffer.alloc(2 + lengthBytes + (masked ? 4 : 0));
  header.writeUInt8(0x82, 0);
  header.writeUInt8((masked ? 0x80 : 0) | (lengthBytes === 0 ? length : lengthBytes === 2 ? 126 : 127), 1);
  if (lengthBytes > 0) header.writeUIntBE(length, 2 + (lengthBytes === 8 ? 2 : 0), lengthBytes === 8 ? 6 : 2);
  return header;
}

/** Cuts a close reason to 123 bytes (RFC 6455, 5.5). */
export function cutReason(reason: string): string {
  let cut = reason;
  while (Buffer.byteLength(cut) > 123) cut = cut.slice(0, -1);
  return cut;
}
