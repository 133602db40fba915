import { printable } from '@postern/mux';
import type { WebSocket } from 'ws';
import type { Clock } from './clock.ts';
import { type CloseName, closeCodes, closeName } from './close-codes.ts';
import { maxHandshakeBytes } from './messages.ts';
import { cutReason } from './websocket-transport.ts';

/** The handshake failed; the socket is closed. `closeName` says why; `lost` if neither side did. */
export class HandshakeError extends Error {
  override readonly name = 'HandshakeError';
  readonly code: number;
  readonly closeName: CloseName | 'lost';
  readonly reason: string;
  /** Whether the peer ended it. */
  readonly remote: boolean;

  /** @param cause the unexpected error on this side, if there was one. */
  constructor(close: { code: number; reason: string; remote: boolean }, cause?: unknown) {
    const reason = printable(close.reason);
    super(`${closeName(close.code)}: ${reason}`, cause === undefined ? {} : { cause });
    this.code = close.code;
    this.closeName = closeName(close.code);
    this.reason = reason;
    this.remote = close.remote;
  }
}

const terminateAfterMs = 2000;

/**
 * A WebSocket before its peer is authenticated: small text messages, one deadline for all of them, and the first error
 * closes it. `onMessage` runs inside the socket's event, so that a mux session created there misses no frame.
 */
export class HandshakeSocket {
  readonly ws: WebSocket;
  onMessage: ((message: string) => void) | undefined;
  onFail: ((error: HandshakeError) => void) | undefined;
  readonly #cancelDeadline: () => void;
  #isDone = false;
  #problem = '';

  constructor(ws: WebSocket, options: { clock: Clock; timeoutMs: number }) {
    this.ws = ws;
    ws.on('message', this.#onMessage);
    ws.on('close', this.#onClose);
    ws.on('error', this.#onError);
    // A turn later, in which what arrived is read: this process itself may have stood still until after the deadline.
    this.#cancelDeadline = options.clock.after(options.timeoutMs, () =>
      setImmediate(() => this.fail('slow', 'the handshake took too long')),
    );
  }

  get isDone(): boolean {
    return this.#isDone;
  }

  send(message: object): void {
    if (this.ws.readyState === this.ws.OPEN) this.ws.send(JSON.stringify(message));
  }

  /** The handshake succeeded: releases the socket to its new owner. */
  finish(): void {
    this.#done();
    this.ws.off('error', this.#onError);
  }

  /** Closes the socket with a code of `closeCodes` and reports the failure, with its cause if that is an unexpected error. */
  fail(name: CloseName, reason: string, cause?: unknown): void {
    if (this.#isDone) return;
    this.#done();
    const code = closeCodes[name];
    if (this.ws.readyState === this.ws.OPEN) {
      this.ws.close(code, cutReason(reason));
      const timer = setTimeout(() => this.ws.terminate(), terminateAfterMs);
      this.ws.once('close', () => clearTimeout(timer));
    } else {
      this.ws.terminate();
    }
    this.onFail?.(new HandshakeError({ code, reason, remote: false }, cause));
  }

  #done(): void {
    this.#isDone = true;
    this.#cancelDeadline();
    this.ws.off('message', this.#onMessage);
    this.ws.off('close', this.#onClose);
  }

  readonly #onMessage = (data: unknown, isBinary: boolean): void => {
    if (isBinary || !Buffer.isBuffer(data)) this.fail('protocol', 'a frame before the handshake was over');
    else if (data.length > maxHandshakeBytes) this.fail('protocol', 'a handshake message too large');
    else this.onMessage?.(data.toString('utf8'));
  };

  readonly #onError = (error: Error): void => {
    this.#problem = error.message;
  };

  readonly #onClose = (code: number, reason: Buffer): void => {
    this.#done();
    const text = reason.length > 0 ? reason.toString('utf8') : this.#problem;
    this.onFail?.(new HandshakeError({ code, reason: text, remote: true }));
  };
}
