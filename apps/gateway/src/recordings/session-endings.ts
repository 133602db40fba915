import type { Logger } from 'pino';
import type { Database } from '../database/database.ts';
import { logFailure } from '../database/log-failure.ts';
import { ApiError, notFound } from '../http/api-error.ts';
import type { GatewayLease } from '../leases/gateway-lease.ts';
import type { RecordingKey } from './recording-store.ts';
import type { SessionRecorder } from './session-recorder.ts';

/** How often a gateway that holds sessions asks whether one of them is to end, in milliseconds. */
const askEveryMs = 400;

export interface SessionEndingsOptions {
  database: Database;
  lease: Pick<GatewayLease, 'id'>;
  recorder: Pick<SessionRecorder, 'end' | 'sessionIds'>;
  logger: Logger;
}

/** Ends running sessions, whichever gateway holds them. */
export class SessionEndings {
  readonly #options: SessionEndingsOptions;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: SessionEndingsOptions) {
    this.#options = options;
  }

  /** @param reason for the person whose session it is. @throws {ApiError} `not-found`, or `conflict` if it has ended. */
  async end({ organizationId, sessionId }: RecordingKey, reason: string): Promise<void> {
    const { database, recorder } = this.#options;
    const where = { id: sessionId, organizationId };
    const session = await database.scoped.session.findFirst({ where, select: { endedAt: true } });
    if (session === null) throw notFound();
    if (session.endedAt !== null) throw new ApiError('conflict', 'This session has already ended.');
    if (recorder.end(sessionId, reason)) return;
    await database.scoped.session.updateMany({ where: { ...where, endedAt: null }, data: { endingReason: reason } });
  }

  /** Ends the sessions of this process that other gateways were asked to end, until `stop`. */
  start(): void {
    this.#timer = setTimeout(() => {
      this.#endAsked()
        .catch((error: unknown) => logFailure(this.#options.logger, error, 'sessions to be ended could not be read'))
        .finally(() => {
          if (this.#timer !== undefined) this.start();
        });
    }, askEveryMs);
    this.#timer.unref();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  async #endAsked(): Promise<void> {
    const { database, lease, recorder } = this.#options;
    if (recorder.sessionIds.length === 0) return;
    // By gateway, not by organization: this is the gateway's own upkeep.
    const asked = await database.acrossOrganizations.session.findMany({
      where: { gatewayId: lease.id, endedAt: null, endingReason: { not: null } },
      select: { id: true, endingReason: true },
    });
    for (const { id, endingReason } of asked) recorder.end(id, endingReason ?? '');
  }
}
