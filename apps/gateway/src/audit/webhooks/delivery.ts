import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Database } from '../../database/database.ts';
import { logFailure } from '../../database/log-failure.ts';
import type { AuditReader } from '../audit-reader.ts';
import type { AuditWebhooks } from './audit-webhooks.ts';

/** How often webhooks are looked at, in milliseconds. */
const everyMs = 2_000;
/** What one delivery has at most, and how many are sent at once. */
const most = { events: 500, atOnce: 8 };
/** How long a gateway that stopped in the middle keeps others from trying again, in seconds. */
const claimSeconds = 60;
/** Pauses after failures, in seconds: doubled each time. */
const pause = { first: 5, most: 3_600 };

interface Due {
  id: string;
  organizationId: string;
  url: string;
  deliveredSeq: bigint;
  failures: number;
}

/**
 * Sends new entries to webhooks, in order, from a position that is stored: every entry at least once, whatever fails. Several
 * gateways share the work.
 */
export class WebhookDelivery {
  readonly #database: Database;
  readonly #reader: AuditReader;
  readonly #webhooks: AuditWebhooks;
  readonly #logger: Logger;
  readonly #ended = new AbortController();
  #running: Promise<void> = Promise.resolve();

  constructor(database: Database, reader: AuditReader, webhooks: AuditWebhooks, logger: Logger) {
    this.#database = database;
    this.#reader = reader;
    this.#webhooks = webhooks;
    this.#logger = logger;
  }

  start(): void {
    this.#running = this.#run();
  }

  async close(): Promise<void> {
    this.#ended.abort();
    await this.#running;
  }

  /** Sends what is due, once. @returns how many deliveries were tried. */
  async round(): Promise<number> {
    const due = await this.#claim();
    await Promise.all(due.map((webhook) => this.#deliver(webhook)));
    return due.length;
  }

  async #run(): Promise<void> {
    while (!this.#ended.signal.aborted) {
      let tried = 0;
      try {
        tried = await this.round();
      } catch (error) {
        logFailure(this.#logger, error, 'webhooks could not be served');
      }
      // Where more waits than one delivery has, the next follows at once.
      if (tried === 0) await delay(everyMs, undefined, { signal: this.#ended.signal, ref: false }).catch(() => {});
    }
  }

  /** Takes webhooks that have something to send; no other gateway does so for the next minute. */
  #claim(): Promise<Due[]> {
    // Every row carries its organization, which the following steps name.
    return this.#database.acrossOrganizations.$queryRaw<Due[]>`
      WITH due AS (
        SELECT w.id FROM audit_webhooks w JOIN audit_heads h ON h.organization_id = w.organization_id
        WHERE w.delivered_seq < h.seq AND w.next_attempt_at <= now()
        ORDER BY w.next_attempt_at LIMIT ${most.atOnce}::int FOR UPDATE OF w SKIP LOCKED
      )
      UPDATE audit_webhooks w SET next_attempt_at = now() + make_interval(secs => ${claimSeconds}::int)
      FROM due WHERE w.id = due.id
      RETURNING w.id, w.organization_id AS "organizationId", w.url, w.delivered_seq AS "deliveredSeq", w.failures`;
  }

  async #deliver({ id, organizationId, url, deliveredSeq, failures }: Due): Promise<void> {
    const after = Number(deliveredSeq);
    const events = await this.#reader.following(organizationId, {}, { after, limit: most.events });
    const last = events.at(-1);
    const now = new Date();
    const update = (data: object) =>
      this.#database.scoped.auditWebhook.updateMany({ where: { id, organizationId }, data });
    if (last === undefined) {
      // They were deleted for their age meanwhile.
      const head = await this.#database.scoped.auditHead.findUnique({ where: { organizationId } });
      await update({ deliveredSeq: head?.seq ?? deliveredSeq, nextAttemptAt: now });
      return;
    }
    const body = events.map((event) => `${JSON.stringify(event)}\n`).join('');
    const { delivered, error } = await this.#webhooks.send({ id, url }, { id: `${id}-${after + 1}`, body });
    if (delivered) {
      const working = { failures: 0, failingSince: null, lastError: null };
      await update({ ...working, deliveredSeq: BigInt(last.seq), lastDeliveredAt: now, nextAttemptAt: now });
      return;
    }
    const seconds = Math.min(pause.first * 2 ** Math.min(failures, 20), pause.most);
    await update({
      failures: failures + 1,
      ...(failures === 0 ? { failingSince: now } : {}),
      lastError: error,
      nextAttemptAt: new Date(now.getTime() + seconds * 1_000),
    });
  }
}
