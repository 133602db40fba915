import { z } from 'zod';
import type { Cluster } from './clusters.ts';
import { Slug } from './primitives.ts';
import type {
  AttachedTerminal,
  AttachTerminal,
  CloseTerminal,
  DetachTerminal,
  HeldTerminal,
  OpenTerminal,
  ShareTerminal,
  TerminalAck,
  TerminalDetached,
  TerminalElsewhere,
  TerminalEnded,
  TerminalInput,
  TerminalOutput,
  TerminalReset,
  TerminalResize,
  TerminalSize,
  TerminalViewers,
  WatchTerminals,
} from './terminals.ts';

/**
 * The live connection: socket.io, path `/socket.io/`, default namespace. The handshake needs the session cookie and the exact
 * Origin. Every event from a client has an acknowledgement callback; errors are `{ error: { code, message } }`. A connection
 * that keeps sending after `limit` is closed with 4429; one that does not read, with 4408.
 */
export const WatchClusters = z.object({ organization: Slug });

/** `limit`: too often or too much; retry after `retryAfterSeconds`. */
export interface SocketError {
  error: { code: string; message: string; retryAfterSeconds?: number };
}
type Done = Record<string, never>;
type Ack<T> = (answer: T | SocketError) => void;

/** Events from the browser. socket.io sends a Uint8Array as a binary attachment. */
export interface ClientToServerEvents {
  'clusters:watch': (request: z.input<typeof WatchClusters>, ack: Ack<{ items: Cluster[] }>) => void;
  /** Acknowledged at once: a sign of life, and the round trip. */
  'live:ping': (ack: () => void) => void;
  'clusters:unwatch': (request: z.input<typeof WatchClusters>, ack: Ack<Done>) => void;
  /** Lists the terminals of an organization that the person may view, now and whenever that changes. */
  'terminals:watch': (request: z.input<typeof WatchTerminals>, ack: Ack<{ items: HeldTerminal[] }>) => void;
  'terminals:unwatch': (request: z.input<typeof WatchTerminals>, ack: Ack<Done>) => void;
  'terminal:open': (request: OpenTerminal, ack: Ack<AttachedTerminal>) => void;
  'terminal:attach': (request: AttachTerminal, ack: Ack<AttachedTerminal | TerminalElsewhere>) => void;
  /** Acknowledged with how many bytes of this view's input the gateway has; send again what is missing. */
  'terminal:input': (request: z.input<typeof TerminalInput>, ack: Ack<{ received: number }>) => void;
  'terminal:resize': (request: z.input<typeof TerminalResize>) => void;
  'terminal:ack': (request: z.input<typeof TerminalAck>) => void;
  'terminal:detach': (request: z.input<typeof DetachTerminal>, ack: Ack<Done>) => void;
  'terminal:close': (request: z.input<typeof CloseTerminal>, ack: Ack<Done>) => void;
  'terminal:share': (request: z.input<typeof ShareTerminal>, ack: Ack<Done>) => void;
  /** As `live:ping`; for pages that were loaded from an earlier version. */
  'terminal:ping': (ack: () => void) => void;
}

/** Events to the browser. Those of one terminal come in the order of its output. */
export interface ServerToClientEvents {
  'cluster:changed': (cluster: Cluster) => void;
  'cluster:deleted': (cluster: { id: string; organizationId: string }) => void;
  'terminals:changed': (change: { organization: string; items: HeldTerminal[] }) => void;
  'terminal:reset': (reset: TerminalReset) => void;
  'terminal:output': (output: TerminalOutput) => void;
  'terminal:size': (size: TerminalSize) => void;
  'terminal:viewers': (viewers: TerminalViewers) => void;
  'terminal:detached': (detached: TerminalDetached) => void;
  'terminal:ended': (ended: TerminalEnded) => void;
  /** The credentials of this connection have ended; sign in again. */
  'session:ended': (reason: { message: string }) => void;
}
