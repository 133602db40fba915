import type { AuditWebhookTest, AuditWebhook as View } from '@postern/contracts';
import type { Config } from '../../config.ts';
import type { Database } from '../../database/database.ts';
import { inTurn } from '../../database/in-turn.ts';
import type { AuditWebhookModel } from '../../generated/prisma/models.ts';
import { ApiError, limitReached, notFound } from '../../http/api-error.ts';
import type { Keys } from '../../identity/keys.ts';
import { beginTrails } from '../audit-store.ts';
import { failureText, post } from './post.ts';
import { ReachableNetworks } from './reachable.ts';
import { keyText, signingKey } from './signature.ts';

const maxWebhooks = 10;

/** Where an organization's trail is sent. */
export class AuditWebhooks {
  readonly #database: Database;
  readonly #key: Buffer;
  readonly #networks: ReachableNetworks;

  constructor(database: Database, keys: Pick<Keys, 'webhooks'>, { webhookNetworks }: Pick<Config, 'webhookNetworks'>) {
    this.#database = database;
    this.#key = keys.webhooks;
    this.#networks = new ReachableNetworks(webhookNetworks);
  }

  async list(organizationId: string): Promise<View[]> {
    const { auditHead, auditWebhook } = this.#database.scoped;
    const [head, rows] = await Promise.all([
      auditHead.findUnique({ where: { organizationId }, select: { seq: true } }),
      auditWebhook.findMany({ where: { organizationId }, orderBy: { id: 'asc' } }),
    ]);
    return rows.map((row) => view(row, head?.seq ?? 0n));
  }

  /** Begins with what happens from now on. @throws {ApiError} `invalid-request`, `limit-reached`. */
  async create(organizationId: string, url: string): Promise<{ webhook: View; key: string }> {
    try {
      this.#networks.check(new URL(url));
    } catch (error) {
      throw new ApiError('invalid-request', (error as Error).message, {
        fields: [{ path: 'url', message: (error as Error).message }],
      });
    }
    const webhook = await this.#database.transaction(organizationId, async (transaction) => {
      await inTurn(transaction, `audit webhooks ${organizationId}`);
      if ((await transaction.auditWebhook.count({ where: { organizationId } })) >= maxWebhooks)
        throw limitReached(`The organization has ${maxWebhooks} webhooks. Delete one that is no longer used.`);
      await beginTrails(transaction, [organizationId]);
      const { seq } = await transaction.auditHead.findUniqueOrThrow({ where: { organizationId } });
      const row = await transaction.auditWebhook.create({ data: { organizationId, url, deliveredSeq: seq } });
      return view(row, seq);
    });
    return { webhook, key: keyText(signingKey(this.#key, webhook.id)) };
  }

  /** @throws {ApiError} 404. */
  async delete(organizationId: string, id: string): Promise<void> {
    const { count } = await this.#database.scoped.auditWebhook.deleteMany({ where: { id, organizationId } });
    if (count === 0) throw notFound();
  }

  /** Sends one line that is no entry of the trail, now. @throws {ApiError} 404. */
  async test(organizationId: string, id: string): Promise<AuditWebhookTest> {
    const row = await this.#database.scoped.auditWebhook.findUnique({ where: { id, organizationId } });
    if (row === null) throw notFound();
    const line = `${JSON.stringify({ action: 'webhook.test', at: new Date().toISOString(), seq: null })}\n`;
    const start = performance.now();
    const outcome = await this.send(row, { id: `${id}-test-${Date.now()}`, body: line });
    return { ...outcome, durationMs: Math.round(performance.now() - start) };
  }

  /** Sends lines to a webhook. Never rejects: the outcome says what happened. */
  async send(
    { id: webhookId, url }: Pick<AuditWebhookModel, 'id' | 'url'>,
    { id, body }: { id: string; body: string },
  ): Promise<{ delivered: boolean; status: number | null; error: string | null }> {
    try {
      const status = await post({ url, key: signingKey(this.#key, webhookId), id, body }, this.#networks);
      const delivered = status >= 200 && status < 300;
      return { delivered, status, error: delivered ? null : `The answer was ${status}.` };
    } catch (error) {
      return { delivered: false, status: null, error: failureText(error) };
    }
  }
}

function view(row: AuditWebhookModel, head: bigint): View {
  return {
    id: row.id,
    url: row.url,
    createdAt: row.createdAt.toISOString(),
    deliveredSeq: Number(row.deliveredSeq),
    waiting: Number(head - row.deliveredSeq),
    lastDeliveredAt: row.lastDeliveredAt?.toISOString() ?? null,
    failingSince: row.failingSince?.toISOString() ?? null,
    lastError: row.lastError,
    nextAttemptAt: row.failingSince === null ? null : row.nextAttemptAt.toISOString(),
  };
}
