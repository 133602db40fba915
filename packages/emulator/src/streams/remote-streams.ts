import type { Readable, Writable } from 'node:stream';
import type { Status } from '../api/api-error.ts';
import type { TerminalSize } from './process.ts';

/** The streams that a client requested. */
export interface StreamOptions {
  stdin: boolean;
  stdout: boolean;
  stderr: boolean;
  tty: boolean;
}

/** The streams of an exec or attach, over either protocol. */
export interface RemoteStreams {
  stdin: Readable | undefined;
  stdout: Writable | undefined;
  stderr: Writable | undefined;
  /** Calls back with each new size of the client's terminal. */
  onResize(listener: (size: TerminalSize) => void): void;
  /** Sends the final Status and closes. */
  finish(status: Status): void;
  /** Resolves when the client has disconnected. */
  closed: Promise<void>;
}

/** Parses a resize message (`{"Width":80,"Height":24}`); undefined if it is invalid. */
export function parseSize(text: string): TerminalSize | undefined {
  try {
    const { Width, Height } = JSON.parse(text) as { Width?: unknown; Height?: unknown };
    return Number.isInteger(Width) && Number.isInteger(Height)
      ? { columns: Number(Width), rows: Number(Height) }
      : undefined;
  } catch {
    return undefined;
  }
}
