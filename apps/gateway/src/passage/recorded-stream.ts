import type { ResetCode } from '@postern/mux';
import type { ResponseHead } from '@postern/tunnel';
import type { Logger } from 'pino';
import type { ReviewedAction } from '../access/review-before.ts';
import type { DirectoryCluster } from '../clusters/cluster-directory.ts';
import type { RecordingPolicy } from '../clusters/recording-policy.ts';
import type { ClusterConnector, ClusterRequestHead, ClusterStream } from '../connector/cluster-connector.ts';
import type { Principal } from '../identity/principal.ts';
import type { GatewayMetrics, StreamKind } from '../metrics/metrics.ts';
import type { Revalidation } from '../revalidation/revalidation.ts';
import type { SessionLog, SessionStart } from '../sessions/session-log.ts';
import { askCluster } from './ask-cluster.ts';
import { failureOf } from './failure.ts';
import { meteredPassage } from './metered-passage.ts';
import type { Passage } from './passage.ts';
import { requireAllowed } from './rights.ts';
import { type SessionEnd, SessionRecord } from './session-record.ts';

/** A session that has been opened, before any data flows. */
export interface OpenedSession extends SessionStart {
  id: string;
  /** The `upgrade` protocol that both ends speak on the stream: SPDY/3.1 or websocket. */
  protocol: string;
  /** The protocol on it that the cluster chose, such as v5.channel.k8s.io; empty if it chose none. */
  subprotocol: string;
  policy: RecordingPolicy;
}

/** Placed between a person and a cluster; receives every byte of a session, in both directions. */
export interface StreamRecorder {
  /**
   * @returns the stream to which the person's end is joined instead of `stream`: with the same bytes and the same end, unless the
   * session is ended.
   * @throws Refusal if the session must be recorded and cannot be.
   */
  attach(stream: ClusterStream, session: OpenedSession): ClusterStream | Promise<ClusterStream>;
}

export interface RecordedStreamDependencies {
  connector: ClusterConnector;
  sessions: Pick<SessionLog, 'start' | 'end'>;
  revalidation: Pick<Revalidation, 'watch'>;
  metrics: Pick<GatewayMetrics, 'streamOpened'>;
  logger: Logger;
  recorder?: StreamRecorder | undefined;
}

/** A stream to open, and for whom. */
export interface StreamRequest {
  principal: Principal;
  /** Whether the access that it was granted still holds. */
  stillHolds: () => Promise<boolean>;
  cluster: DirectoryCluster;
  head: ClusterRequestHead;
  kind: StreamKind;
  interactive: boolean;
  /** The session's record; null for a read over WebSocket (logs, a watch), which is not a session. */
  session: SessionStart | null;
  /** What the cluster must first say that this identity may do; undefined if its answer to the stream itself is enough. */
  review?: ReviewedAction | undefined;
  /**
   * Whether a stream that the cluster refuses is recorded too. If so, the record is written while the cluster responds,
   * otherwise afterwards; in both cases before any data flows.
   */
  recordsRefused: boolean;
  /** Time limit for the response head, in milliseconds. */
  headTimeoutMs: number;
  /** Aborts when the client has disconnected, which cancels opening. */
  signal?: AbortSignal;
  /** Ends the count of the stream as open; called once, when nothing is open any more. */
  leave(): void;
  /** Called after the stream was reset because the credential has ended. */
  onRevoked(): void;
}

/** A stream with a response from its cluster, 101 or another, whose start is recorded. */
export interface RecordedStream {
  readonly answer: ResponseHead;
  readonly stream: ClusterStream;
  /** The id of the session's record; undefined if nothing is recorded, because there is no session or no 101. */
  readonly sessionId: string | undefined;
  /** Resets the stream at once. Has no effect if both sides had finished. */
  cut(code: ResetCode, reason: string): void;
  /**
   * Call when the person's end has closed; later calls have no effect. Once the stream has closed too, it no longer counts as
   * open and its end is recorded.
   * @param end replaces the stream's own outcome in the record.
   */
  end(end?: SessionEnd): void;
}

/**
 * The only way to open a stream (exec, attach, port-forward, or a read over WebSocket), for kubectl and for the browser. It
 * ends when the credential ends, and no data flows before it is recorded.
 * @throws Refusal; nothing is open then, and `leave` was or will be called.
 */
export async function openRecordedStream(
  request: StreamRequest,
  dependencies: RecordedStreamDependencies,
): Promise<RecordedStream> {
  const passage = meteredPassage(dependencies, { ...request, end: false });
  const record = request.session === null ? undefined : new SessionRecord(request.session, dependencies);
  const unwatch = endWhenRevoked(passage, request, dependencies);
  const end = ender(passage, record, () => {
    unwatch();
    request.leave();
  });
  try {
    if (request.review !== undefined) await requireAllowed(request.review, request, dependencies);
    const early = request.recordsRefused ? record?.begin() : undefined;
    const [{ stream, answer }] = await Promise.all([answered(passage, request), early]);
    const id = answer.status === 101 ? await record?.begin() : undefined;
    const cut = passage.cut.bind(passage);
    const joined = await recorded(stream, { answer, id, request, dependencies });
    return { answer, stream: joined, sessionId: id, cut, end };
  } catch (error) {
    passage.cut('cancelled', '');
    end();
    throw failureOf(error, request.cluster);
  }
}

/** Step: sends the request to the cluster, as long as the client is connected. */
async function answered(
  passage: Passage,
  { signal, headTimeoutMs }: Pick<StreamRequest, 'signal' | 'headTimeoutMs'>,
): ReturnType<typeof askCluster> {
  const giveUp = (): void => passage.cut('cancelled', 'the client has gone');
  signal?.addEventListener('abort', giveUp, { once: true });
  if (signal?.aborted) giveUp();
  try {
    return await askCluster({ open: passage.open, isRepeatable: () => true, headTimeoutMs });
  } finally {
    signal?.removeEventListener('abort', giveUp);
  }
}

/** Step: resets the stream when the credential or the access ends. @returns a function to call when the stream has ended on its own. */
function endWhenRevoked(
  passage: Passage,
  { principal, stillHolds, onRevoked }: Pick<StreamRequest, 'principal' | 'stillHolds' | 'onRevoked'>,
  { revalidation }: Pick<RecordedStreamDependencies, 'revalidation'>,
): () => void {
  return revalidation.watch({ principal, stillHolds }, () => {
    passage.revoke();
    onRevoked();
  });
}

/** Step: handles the end of the person's side, and then that of the stream. */
function ender(passage: Passage, record: SessionRecord | undefined, leave: () => void): RecordedStream['end'] {
  let isOver = false;
  return (end) => {
    if (isOver) return;
    isOver = true;
    if (end !== undefined) record?.end(end);
    passage.whenClosed(() => {
      leave();
      record?.end(passage.outcome);
    });
  };
}

/** Step: places the recorder, if there is one, between the person and the cluster. */
async function recorded(
  stream: ClusterStream,
  {
    answer,
    id,
    request: { session, cluster },
    dependencies: { recorder },
  }: {
    answer: ResponseHead;
    id: string | undefined;
    request: StreamRequest;
    dependencies: RecordedStreamDependencies;
  },
): Promise<ClusterStream> {
  if (recorder === undefined || session === null || id === undefined) return stream;
  const header = (wanted: string): string => answer.headers.find(([name]) => name === wanted)?.[1] ?? '';
  return recorder.attach(stream, {
    ...session,
    id,
    protocol: header('upgrade'),
    subprotocol: header('sec-websocket-protocol') || header('x-stream-protocol-version'),
    policy: cluster.recording,
  });
}
