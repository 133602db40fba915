import type { ClientToServerEvents, ServerToClientEvents } from '@postern/contracts';
import type { Logger } from 'pino';
import type { Server, Socket } from 'socket.io';
import type { ClusterChanges } from '../clusters/cluster-changes.ts';
import type { ClusterList } from '../clusters/cluster-list.ts';
import type { Authenticator } from '../identity/authenticator.ts';
import type { Principal } from '../identity/principal.ts';
import type { Limits } from '../limits/limits.ts';
import type { Revalidation } from '../revalidation/revalidation.ts';
import type { HeldTerminals } from '../terminals/held/held-terminals.ts';
import type { ConnectionGuard } from './connection-guard.ts';

/** The state of a live connection. */
interface Connection {
  principal: Principal;
  address: string;
  userAgent: string;
  guard: ConnectionGuard;
  /** Outstanding acknowledgements of output, which are not counted against the browser. */
  acksOwed: number;
}

type Unused = Record<string, never>;
export type LiveSocket = Socket<ClientToServerEvents, ServerToClientEvents, Unused, Connection>;
export type LiveServer = Server<ClientToServerEvents, ServerToClientEvents, Unused, Connection>;

export interface LiveOptions {
  authenticator: Pick<Authenticator, 'authenticate'>;
  clusters: Pick<ClusterList, 'list' | 'get'>;
  changes: ClusterChanges;
  terminals: HeldTerminals;
  revalidation: Revalidation;
  limits: Limits;
  logger: Logger;
  /** Exactly as in a browser's Origin header. */
  publicOrigin: string;
}
