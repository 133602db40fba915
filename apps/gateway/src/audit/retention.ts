import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Database } from '../database/database.ts';
import { logFailure } from '../database/log-failure.ts';

const hourMs = 3_600_000;
/** What one call deletes at most, so that none holds the chain's end for long. */
const most = 5_000;

/**
 * Deletes entries that have passed their organization's retention, once an hour. The serving role cannot delete entries itself:
 * `audit_expire` in the database decides which ones, and keeps the hash with which those that follow can still be checked.
 */
export class AuditRetention {
  readonly #database: Database;
  readonly #logger: Logger;
  readonly #ended = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #sweeping: Promise<void> = Promise.resolve();

  constructor(database: Database, logger: Logger) {
    this.#database = database;
    this.#logger = logger;
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.#sweeping = this.sweep().then(
        () => {},
        (error: unknown) => logFailure(this.#logger, error, 'old events could not be deleted'),
      );
    }, hourMs);
    this.#timer.unref();
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#ended.abort();
    await this.#sweeping;
  }

  /** Deletes everything that is old enough, of every organization. @returns how many entries. */
  async sweep(): Promise<number> {
    const organizations = await this.#database.acrossOrganizations.auditHead.findMany({
      select: { organizationId: true },
      orderBy: { organizationId: 'asc' },
    });
    let sum = 0;
    for (const { organizationId } of organizations) {
      for (let gone = most; gone === most && !this.#ended.signal.aborted; sum += gone) {
        gone = await this.#expire(organizationId);
        // Writers wait for the same row.
        if (gone === most) await delay(100, undefined, { signal: this.#ended.signal }).catch(() => {});
      }
    }
    return sum;
  }

  async #expire(organizationId: string): Promise<number> {
    const [row] = await this.#database.transaction(
      organizationId,
      (transaction) =>
        transaction.$queryRaw<{ gone: bigint }[]>`
          SELECT audit_expire(${organizationId}::uuid, ${most}::int) AS gone`,
    );
    return Number(row?.gone ?? 0);
  }
}
