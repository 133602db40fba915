import { SessionReader } from '@postern/recording';
import type { Logger } from 'pino';
import { refusal } from '../access/refusal.ts';
import type { ClusterStream } from '../connector/cluster-connector.ts';
import { logFailure } from '../database/log-failure.ts';
import type { OpenedSession, StreamRecorder } from '../passage/recorded-stream.ts';
import { SessionEndedError } from '../passage/session-ended-error.ts';
import { recordedCommand } from '../sessions/recorded-command.ts';
import { RecordedSessionStream } from './recorded-session-stream.ts';
import { Recording } from './recording.ts';
import type { RecordingRows } from './recording-rows.ts';
import type { RecordingStore } from './recording-store.ts';

export interface SessionRecorderOptions {
  rows: Pick<RecordingRows, 'create' | 'update'>;
  store: RecordingStore;
  mostCharacters: number;
  logger: Logger;
}

/** A session that this process holds. */
interface Held {
  recording: Recording | undefined;
  end(reason: string): void;
}

/** Records execs, attaches and terminals, and ends sessions, of this process. */
export class SessionRecorder implements StreamRecorder {
  readonly #options: SessionRecorderOptions;
  readonly #held = new Map<string, Held>();
  readonly #finishing = new Set<Promise<void>>();

  constructor(options: SessionRecorderOptions) {
    this.#options = options;
  }

  /** @throws Refusal 503 if the session must be recorded and cannot be. */
  attach(stream: ClusterStream, session: OpenedSession): ClusterStream | Promise<ClusterStream> {
    const { mode } = session.policy;
    // The bytes of a port-forward are those of another program, and nothing that a person could look at.
    if (session.kind === 'port-forward') return this.#unrecorded(stream, session);
    const recording = mode === 'off' ? undefined : this.#recordingOf(session);
    const reader = SessionReader.create({
      ...session,
      input: session.policy.input && recording !== undefined,
      onEvent: (event) => recording?.write(event),
      onUnreadable: (reason) => {
        recording?.mark(`Nothing is recorded from here: ${reason}.`);
        if (mode === 'required') this.end(session.id, `This session must be recorded and cannot be: ${reason}.`);
      },
    });
    if (reader === null) {
      if (mode === 'required') throw mustBeRecorded(`its protocol ${session.subprotocol} is not known`);
      return this.#unrecorded(stream, session);
    }
    const place = (): ClusterStream => this.#place(stream, { session, reader, recording });
    if (mode !== 'required' || recording === undefined) return place();
    return recording.begin().then(place, (error: unknown) => {
      logFailure(this.#options.logger, error, 'a session that must be recorded could not be and was refused');
      throw mustBeRecorded('its recording cannot be stored right now');
    });
  }

  /** The recording of a session that runs in this process. */
  recordingOf(sessionId: string): Recording | undefined {
    return this.#held.get(sessionId)?.recording;
  }

  /** Ids of the sessions of this process. */
  get sessionIds(): string[] {
    return [...this.#held.keys()];
  }

  /** Ends a session of this process. @returns false if it holds no such session. */
  end(sessionId: string, reason: string): boolean {
    const held = this.#held.get(sessionId);
    held?.end(reason);
    return held !== undefined;
  }

  /** Waits until everything recorded is stored. */
  async close(): Promise<void> {
    for (const { recording } of this.#held.values()) if (recording !== undefined) this.#finish(recording);
    await Promise.all(this.#finishing);
  }

  #recordingOf(session: OpenedSession): Recording {
    const { rows, store, mostCharacters, logger } = this.#options;
    const { id: sessionId, organizationId, namespace, pod, container } = session;
    return new Recording({
      key: { organizationId, sessionId },
      title: `${namespace}/${pod}${container === null ? '' : ` (${container})`}`,
      command: recordedCommand(session.command).join(' '),
      isRequired: session.policy.mode === 'required',
      mostCharacters,
      rows,
      store,
      onFailure: (error) => logFailure(logger, error, 'a recording could not be stored', { sessionId }),
    });
  }

  /** Step: a session of which only the end is of interest. */
  #unrecorded(stream: ClusterStream, { id }: OpenedSession): ClusterStream {
    this.#held.set(id, { recording: undefined, end: (reason) => stream.reset('cancelled', reason) });
    stream.once('close', () => this.#held.delete(id));
    return stream;
  }

  /** Step: places the reader between the two ends. */
  #place(
    inner: ClusterStream,
    { session, reader, recording }: { session: OpenedSession; reader: SessionReader; recording: Recording | undefined },
  ): ClusterStream {
    const stream = new RecordedSessionStream(inner, { reader, gate: recording });
    // A terminal is held by this process, which tells its viewers the reason itself.
    const end = (reason: string): void =>
      session.kind === 'terminal' ? void stream.destroy(new SessionEndedError(reason)) : stream.endWith(reason);
    this.#held.set(session.id, { recording, end });
    recording?.once('lost', end);
    stream.once('close', () => {
      this.#held.delete(session.id);
      if (recording !== undefined) this.#finish(recording);
    });
    return stream;
  }

  #finish(recording: Recording): void {
    const finished = recording.finish().finally(() => this.#finishing.delete(finished));
    this.#finishing.add(finished);
  }
}

function mustBeRecorded(why: string) {
  return refusal(503, `Sessions of this cluster must be recorded, and this one cannot be: ${why}.`);
}
