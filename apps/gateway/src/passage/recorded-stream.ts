import type { ResetCode } from '@postern/mux';
import type { ResponseHead } from '@postern/tunnel';
import type { Logger } from 'pino';
import type { DirectoryCluster } from '../clusters/cluster-directory.ts';
import type { ClusterConnector, ClusterRequestHead, ClusterStream } from '../connector/cluster-connector.ts';
import type { Principal } from '../identity/principal.ts';
import type { GatewayMetrics, StreamKind } from '../metrics/metrics.ts';
import type { Revalidation } from '../revalidation/revalidation.ts';
import type { SessionLog, SessionStart } from '../sessions/session-log.ts';
import { askCluster } from './ask-cluster.ts';
import { failureOf } from './failure.ts';
import { meteredPassage } from './metered-passage.ts';
import type { Passage } from './passage.ts';
import { type SessionEnd, SessionRecord } from './session-record.ts';

/** Stands between a person and a cluster and sees every byte of a session, both ways. */
export interface StreamRecorder {
  /**
   * @param protocol the value of `upgrade` that both ends speak on the stream: SPDY/3.1 or websocket.
   * @returns the stream that the person's end is joined to in place of `stream`: it carries the same bytes, and ends as it does.
   */
  attach(stream: ClusterStream, session: SessionStart & { id: string; protocol: string }): ClusterStream;
}

export interface RecordedStreamDependencies {
  connector: ClusterConnector;
  sessions: Pick<SessionLog, 'start' | 'end'>;
  revalidation: Pick<Revalidation, 'watch'>;
  metrics: Pick<GatewayMetrics, 'streamOpened'>;
  logger: Logger;
  recorder?: StreamRecorder | undefined;
}

/** What is opened, for whom. */
export interface StreamRequest {
  principal: Principal;
  cluster: DirectoryCluster;
  head: ClusterRequestHead;
  kind: StreamKind;
  interactive: boolean;
  /** What the record says; null for a read over WebSocket (logs, a watch), which is no session. */
  session: SessionStart | null;
  /**
   * Whether what the cluster refuses is on record too. It is written down while the cluster answers then, and else before
   * anything flows.
   */
  recordsRefused: boolean;
  /** For the head of the answer, in milliseconds. */
  headTimeoutMs: number;
  /** Aborted when the client has gone, which gives up what is being opened. */
  signal?: AbortSignal;
  /** Gives the stream's place among those that are open back; called once, when nothing is open any more. */
  leave(): void;
  /** Called when the credential has ended, after the stream was reset. */
  onRevoked(): void;
}

/** A stream that its cluster has answered, with 101 or otherwise, and whose beginning is on record. */
export interface RecordedStream {
  readonly answer: ResponseHead;
  readonly stream: ClusterStream;
  /** Resets the stream, at once. Does nothing when both sides had finished. */
  cut(code: ResetCode, reason: string): void;
  /**
   * To be called when the person's end is over; later calls do nothing. Once the stream is closed too, its place is given back
   * and its end recorded.
   * @param end what the record says in place of how the stream ended and what went through it.
   */
  end(end?: SessionEnd): void;
}

/**
 * The one way to open what is neither a plain request nor an answer: exec, attach and port-forward, by kubectl or in the
 * browser. Ended when the credential ends; nothing flows before it is on record.
 * @throws Refusal; nothing is open then, and `leave` was called or will be.
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
    const early = request.recordsRefused ? record?.begin() : undefined;
    const [{ stream, answer }] = await Promise.all([answered(passage, request), early]);
    const id = answer.status === 101 ? await record?.begin() : undefined;
    const cut = passage.cut.bind(passage);
    return { answer, stream: recorded(stream, { answer, id, request, dependencies }), cut, end };
  } catch (error) {
    passage.cut('cancelled', '');
    end();
    throw failureOf(error, request.cluster);
  }
}

/** Step: asks the cluster, as long as the client is there. */
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

/** Step: resets the stream when the credential ends. @returns call it when the stream has ended by itself. */
function endWhenRevoked(
  passage: Passage,
  { principal, onRevoked }: Pick<StreamRequest, 'principal' | 'onRevoked'>,
  { revalidation }: Pick<RecordedStreamDependencies, 'revalidation'>,
): () => void {
  return revalidation.watch(principal, () => {
    passage.revoke();
    onRevoked();
  });
}

/** Step: the person's end is over, and then the stream's. */
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

/** Step: puts the recorder, where there is one, between the person and the cluster. */
function recorded(
  stream: ClusterStream,
  {
    answer,
    id,
    request: { session },
    dependencies: { recorder },
  }: {
    answer: ResponseHead;
    id: string | undefined;
    request: StreamRequest;
    dependencies: RecordedStreamDependencies;
  },
): ClusterStream {
  if (recorder === undefined || session === null || id === undefined) return stream;
  const protocol = answer.headers.find(([name]) => name === 'upgrade')?.[1] ?? '';
  return recorder.attach(stream, { ...session, id, protocol });
}
