import { z } from 'zod';
import { Cluster } from './clusters.ts';
import { Id, Slug, text } from './primitives.ts';

/**
 * The live connection: socket.io, path `/socket.io/`, default namespace. The handshake needs the session cookie and the exact
 * Origin. Every event from a client has an acknowledgement callback; errors are `{ error: { code, message } }`. A connection
 * that keeps sending after `limit` is closed with 4429; one that does not read, with 4408.
 */
export const WatchClusters = z.object({ organization: Slug });

export const OpenTerminal = z.object({
  organization: Slug,
  cluster: Slug,
  namespace: text(63).min(1),
  pod: text(253).min(1),
  container: text(63).min(1).optional(),
  /** `auto`: bash if it exists, otherwise sh. */
  shell: z.enum(['auto', 'bash', 'sh']).default('auto'),
  columns: z.number().int().min(1).max(1000),
  rows: z.number().int().min(1).max(1000),
});
export type OpenTerminal = z.input<typeof OpenTerminal>;

/** Keystrokes; at most 64 KiB per message. */
export const TerminalInput = z.object({
  terminal: Id,
  data: z.instanceof(Uint8Array).refine((data) => data.byteLength <= 65_536),
});
export const TerminalResize = z.object({
  terminal: Id,
  columns: z.number().int().min(1).max(1000),
  rows: z.number().int().min(1).max(1000),
});
/** Total bytes of output that the browser has drawn so far; the gateway keeps at most 256 KiB unacknowledged. */
export const TerminalAck = z.object({ terminal: Id, bytes: z.number().int().nonnegative() });
export const CloseTerminal = z.object({ terminal: Id });

/** Why a terminal ended. `exited` carries the shell's exit code. */
export const terminalEndCodes = [
  'exited',
  'pod-gone',
  'agent-offline',
  'denied',
  'not-found',
  'no-shell',
  'closed',
  'revoked',
  'limit',
  'failed',
] as const;
export type TerminalEndCode = (typeof terminalEndCodes)[number];

export interface TerminalEnded {
  terminal: string;
  code: TerminalEndCode;
  exitCode: number | null;
  /** For people; says what to do next. */
  message: string;
}

/** `limit`: too often or too much; retry after `retryAfterSeconds`. */
export interface SocketError {
  error: { code: string; message: string; retryAfterSeconds?: number };
}
type Ack<T> = (answer: T | SocketError) => void;

/** Events from the browser. socket.io sends a Uint8Array as a binary attachment. */
export interface ClientToServerEvents {
  'clusters:watch': (request: z.input<typeof WatchClusters>, ack: Ack<{ items: Cluster[] }>) => void;
  'clusters:unwatch': (request: z.input<typeof WatchClusters>, ack: Ack<Record<string, never>>) => void;
  'terminal:open': (request: OpenTerminal, ack: Ack<{ terminal: string; container: string; shell: string }>) => void;
  'terminal:input': (request: z.input<typeof TerminalInput>) => void;
  'terminal:resize': (request: z.input<typeof TerminalResize>) => void;
  'terminal:ack': (request: z.input<typeof TerminalAck>) => void;
  'terminal:close': (request: z.input<typeof CloseTerminal>, ack: Ack<Record<string, never>>) => void;
  /** Acknowledged at once, so that the browser can measure its latency. */
  'terminal:ping': (ack: () => void) => void;
}

/** Events to the browser. */
export interface ServerToClientEvents {
  'cluster:changed': (cluster: Cluster) => void;
  'cluster:deleted': (cluster: { id: string; organizationId: string }) => void;
  'terminal:output': (output: { terminal: string; data: Uint8Array }) => void;
  'terminal:ended': (ended: TerminalEnded) => void;
  /** The credentials of this connection have ended; sign in again. */
  'session:ended': (reason: { message: string }) => void;
}
