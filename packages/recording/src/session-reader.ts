import { failure } from '@postern/kube';
import { Channels } from './channels.ts';
import type { SessionEvent } from './events.ts';
import { SpdySession } from './spdy/spdy-session.ts';
import { WebSocketSession } from './websocket/websocket-session.ts';

export interface SessionReaderOptions {
  /** The `upgrade` protocol of the connection: SPDY/3.1 or websocket. */
  protocol: string;
  /** The protocol on it, as the cluster chose it; empty if it chose none. */
  subprotocol: string;
  /** Whether input is reported. */
  input: boolean;
  onEvent(event: SessionEvent): void;
  /** The bytes cannot be read. No event follows. Called at most once. @param reason for people. */
  onUnreadable(reason: string): void;
}

/** The longest reason for an ending, in characters. */
const maxReason = 500;

interface Session {
  up(bytes: Uint8Array): void;
  down(bytes: Uint8Array): void;
  close(): void;
  ending(status: string): Uint8Array | undefined;
}

/**
 * Reads an exec or attach from the bytes of its connection, split anywhere. Whatever they are, it never throws, holds at most
 * 200 KiB, and leaves them unchanged.
 */
export class SessionReader {
  readonly #onUnreadable: (reason: string) => void;
  #session: Session | undefined;

  /** @returns null for a protocol that it does not know. */
  static create(options: SessionReaderOptions): SessionReader | null {
    const session = sessionOf(options, new Channels(options));
    return session === undefined ? null : new SessionReader(session, options);
  }

  private constructor(session: Session, { onUnreadable }: SessionReaderOptions) {
    this.#session = session;
    this.#onUnreadable = onUnreadable;
  }

  /** Bytes from the person to the cluster. Call before they are passed on, so that an answer never comes first. */
  up(bytes: Uint8Array): void {
    this.#try((session) => session.up(bytes));
  }

  /** Bytes from the cluster to the person. */
  down(bytes: Uint8Array): void {
    this.#try((session) => session.down(bytes));
  }

  /** No bytes follow. */
  close(): void {
    this.#try((session) => session.close());
    this.#session = undefined;
  }

  /**
   * What to send to the person, after everything so far, so that their program prints a reason and ends.
   * @returns undefined if nothing can be inserted at this point, which is in the middle of a message.
   */
  ending(reason: string): Uint8Array | undefined {
    return this.#session?.ending(JSON.stringify(failure(403, reason.slice(0, maxReason))));
  }

  #try(step: (session: Session) => void): void {
    if (this.#session === undefined) return;
    try {
      step(this.#session);
    } catch (error) {
      this.#session = undefined;
      this.#onUnreadable(error instanceof Error ? error.message : String(error));
    }
  }
}

function sessionOf({ protocol, subprotocol }: SessionReaderOptions, channels: Channels): Session | undefined {
  if (protocol.toLowerCase() === 'spdy/3.1') return new SpdySession(channels);
  if (protocol.toLowerCase() !== 'websocket') return undefined;
  if (/^(?:|(?:v[45]\.)?channel\.k8s\.io)$/.test(subprotocol))
    return new WebSocketSession(channels, { isBase64: false });
  if (/^(?:v4\.)?base64\.channel\.k8s\.io$/.test(subprotocol))
    return new WebSocketSession(channels, { isBase64: true });
  return undefined;
}
