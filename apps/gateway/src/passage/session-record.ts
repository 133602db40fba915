import type { Logger } from 'pino';
import { refusal } from '../access/refusal.ts';
import { logFailure } from '../database/log-failure.ts';
import type { SessionLog, SessionStart } from '../sessions/session-log.ts';

/** How a session ended; "up" is from the person to the cluster. */
export interface SessionEnd {
  reason: string;
  bytesUp: number;
  bytesDown: number;
}

/** The record of one session: its start, and later its end. The log limits the length of texts from the client. */
export class SessionRecord {
  readonly #session: SessionStart;
  readonly #sessions: Pick<SessionLog, 'start' | 'end'>;
  readonly #logger: Logger;
  #id: Promise<string> | undefined;
  #hasEnded = false;

  constructor(
    session: SessionStart,
    { sessions, logger }: { sessions: Pick<SessionLog, 'start' | 'end'>; logger: Logger },
  ) {
    this.#session = session;
    this.#sessions = sessions;
    this.#logger = logger;
  }

  /** Records the start, once. @returns the session's id. Rejects with a Refusal 503 if it could not be written. */
  begin(): Promise<string> {
    this.#id ??= this.#begin();
    // The caller may have given up before it fails.
    this.#id.catch(() => {});
    return this.#id;
  }

  /** Records the end if the start was recorded; later calls have no effect. */
  end(end: SessionEnd): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    void this.#end(end);
  }

  async #begin(): Promise<string> {
    try {
      return await this.#sessions.start(this.#session);
    } catch (error) {
      logFailure(this.#logger, error, 'a session could not be recorded and was refused');
      throw refusal(503, 'Postern could not record this session and refused it. Try again shortly.');
    }
  }

  async #end({ reason, bytesUp, bytesDown }: SessionEnd): Promise<void> {
    const id = await this.#id?.catch(() => undefined);
    if (id === undefined) return;
    try {
      await this.#sessions.end(id, { reason, bytesUp, bytesDown });
    } catch (error) {
      logFailure(this.#logger, error, 'the end of a session could not be recorded');
    }
  }
}
