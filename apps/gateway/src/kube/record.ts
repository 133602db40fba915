import type { SessionKind } from '@postern/contracts';
import type { StreamOptions, StreamSubresource } from '@postern/kube';
import type { Logger } from 'pino';
import type { DirectoryCluster } from '../clusters/cluster-directory.ts';
import type { Principal } from '../identity/principal.ts';
import type { SessionLog } from '../sessions/session-log.ts';
import type { Outcome } from './passage.ts';
import { refusal } from './refusal.ts';

const kinds: Record<StreamSubresource, SessionKind> = {
  exec: 'exec',
  attach: 'attach',
  portforward: 'port-forward',
};

/** Who reaches what, from where. */
interface RequestContext {
  principal: Principal;
  cluster: DirectoryCluster;
  clientAddress: string;
  userAgent: string;
}

/** What is opened: the pod, and what the query says as the apiserver reads it. */
interface RecordedStream {
  kind: StreamSubresource;
  options: StreamOptions;
  namespace: string;
  pod: string;
}

/** A session on record. */
export interface RecordedSession {
  /** Rejects with a Refusal 503 when it could not be written down. */
  recorded: Promise<unknown>;
  /** Writes the end down; the log keeps the first. */
  end(outcome: Outcome): void;
}

/** Pass: writes down that a stream begins, and later that it has ended; the log bounds what a client sends. */
export function recordSession(
  context: RequestContext,
  stream: RecordedStream,
  { sessions, logger }: { sessions: Pick<SessionLog, 'start' | 'end'>; logger: Logger },
): RecordedSession {
  const id = start(context, stream, sessions);
  const recorded = id.catch((error: unknown) => {
    logger.error({ error }, 'a session could not be recorded and was refused');
    throw refusal(503, 'Postern could not record this session and refused it. Try again shortly.');
  });
  // Whoever waits for it may have given up before it fails.
  recorded.catch(() => {});
  return {
    recorded,
    end: ({ reason, bytesUp, bytesDown }) => {
      // Where the beginning is not on record there is no end to record.
      id.then(
        (session) => sessions.end(session, { reason, bytesUp, bytesDown }),
        () => {},
      ).catch((error: unknown) => logger.error({ error }, 'the end of a session could not be recorded'));
    },
  };
}

function start(
  { principal, cluster, clientAddress, userAgent }: RequestContext,
  { kind, options, namespace, pod }: RecordedStream,
  sessions: Pick<SessionLog, 'start'>,
): Promise<string> {
  return sessions.start({
    organizationId: cluster.organizationId,
    clusterId: cluster.id,
    userId: principal.userId,
    kind: kinds[kind],
    namespace,
    pod,
    container: options.container,
    // A port-forward runs nothing; what it was asked to reach stands in the same place.
    command: kind === 'portforward' ? options.ports.map(String) : [...options.command],
    clientAddress,
    userAgent,
  });
}
