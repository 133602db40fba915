import type { Readable, Writable } from 'node:stream';
import type { Status } from '../api/api-error.ts';
import type { TerminalSize } from './process.ts';

/** What a client asked for. */
export interface StreamOptions {
  stdin: boolean;
  stdout: boolean;
  stderr: boolean;
  tty: boolean;
}

/** The streams of an exec or attach, over whichever protocol. */
export interface RemoteStreams {
  stdin: Readable | undefined;
  stdout: Writable | undefined;
  stderr: Writable | undefined;
  /** Calls back with each size that the client's terminal takes. */
  onResize(listener: (size: TerminalSize) => void): void;
  /** Says how it ended and closes. */
  finish(status: Status): void;
  /** Resolves when the client is gone. */
  closed: Promise<void>;
}

/** Reads a resize message (`{"Width":80,"Height":24}`); undefined when it is none. */
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
