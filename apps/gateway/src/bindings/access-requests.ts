import {
  type AccessRequest,
  type AccessRequestQuery,
  type ApproveAccessRequest,
  levels,
  type RequestAccessRequest,
} from '@postern/contracts';
import type { z } from 'zod';
import type { Database, ScopedClient } from '../database/database.ts';
import { inTurn } from '../database/in-turn.ts';
import type { Prisma } from '../generated/prisma/client.ts';
import { ApiError, limitReached, notFound } from '../http/api-error.ts';
import type { Limits } from '../limits/limits.ts';
import { accountRef, accountRefs, shownAccount } from './account-refs.ts';
import type { BindingReader } from './binding-reader.ts';
import { addBinding } from './bindings.ts';
import type { EmergencyAlert } from './emergency-alert.ts';

/** A request that nobody decides expires after this time, in milliseconds. */
const pendingMs = 7 * 86_400_000;
/** Most requests of one person that wait for a decision. */
const maxPending = 20;
/** Longest access that somebody takes without an approval, in seconds. */
const maxBreakGlassSeconds = 3_600;
/** Most requests in a list. */
const maxListed = 200;

const related = {
  membership: { select: { user: shownAccount } },
  cluster: { select: { id: true, name: true } },
  binding: { select: { expiresAt: true, revokedAt: true } },
} as const;
type Row = Prisma.AccessRequestGetPayload<{ include: typeof related }>;

/** Who calls, in which organization. */
interface Caller {
  organizationId: string;
  userId: string;
}

/** Requests for access to clusters, and the decisions on them. */
export class AccessRequests {
  readonly #database: Database;
  readonly #reader: BindingReader;
  readonly #limits: Limits;
  readonly #alert: EmergencyAlert;

  constructor(database: Database, reader: BindingReader, limits: Limits, alert: EmergencyAlert) {
    this.#database = database;
    this.#reader = reader;
    this.#limits = limits;
    this.#alert = alert;
  }

  /**
   * Adds a request; in an emergency, gives the access at once and tells those who approve.
   * @throws {ApiError} `invalid-request`: there is no such cluster; `forbidden`: emergencies need an approval here;
   *   `limit-reached`.
   */
  async add(by: Caller, asked: z.output<typeof RequestAccessRequest>): Promise<AccessRequest> {
    const { organizationId, userId } = by;
    const { level, namespaces, reason, breakGlass } = asked;
    const clusterId = await this.#cluster(organizationId, asked.cluster);
    const durationSeconds = breakGlass ? Math.min(asked.durationSeconds, maxBreakGlassSeconds) : asked.durationSeconds;
    const request = { organizationId, userId, clusterId, level, namespaces, reason, durationSeconds, breakGlass };
    if (breakGlass) await this.#requireBreakGlass(organizationId);
    const id = await this.#database.transaction(organizationId, async (transaction) => {
      await inTurn(transaction, `requests ${organizationId} ${userId}`);
      const now = new Date();
      const pending = await transaction.accessRequest.count({
        where: { organizationId, userId, status: 'pending', expiresAt: { gt: now } },
      });
      if (pending >= maxPending)
        throw limitReached(
          `You have ${pending} requests that wait for a decision. Cancel some that you no longer need.`,
        );
      const made = await transaction.accessRequest.create({
        data: { ...request, expiresAt: new Date(now.getTime() + pendingMs) },
      });
      if (breakGlass) await this.#give(transaction, made, { by: userId, note: '', level, durationSeconds });
      return made.id;
    });
    const added = await this.#get(organizationId, id);
    if (breakGlass) {
      this.#reader.forget(organizationId);
      this.#alert.send(organizationId, added);
    }
    return added;
  }

  /** Newest first, at most 200. @param of only those of this account. */
  async list(
    { organizationId, of }: { organizationId: string; of: string | undefined },
    { status }: z.output<typeof AccessRequestQuery>,
  ): Promise<AccessRequest[]> {
    const now = new Date();
    const byStatus =
      status === undefined
        ? {}
        : status === 'expired'
          ? { status: 'pending' as const, expiresAt: { lte: now } }
          : status === 'pending'
            ? { status, expiresAt: { gt: now } }
            : { status };
    const rows = await this.#database.scoped.accessRequest.findMany({
      where: { organizationId, ...byStatus, ...(of === undefined ? {} : { userId: of }) },
      include: related,
      orderBy: { id: 'desc' },
      take: maxListed,
    });
    return this.#show(organizationId, rows);
  }

  /**
   * Gives the access from now on; perhaps less than was asked for.
   * @throws {ApiError} `not-found`; `forbidden`: it is the caller's own; `conflict`: it was decided before, or expired.
   */
  async approve(by: Caller, id: string, given: z.output<typeof ApproveAccessRequest>): Promise<AccessRequest> {
    const { organizationId } = by;
    await this.#database.transaction(organizationId, async (transaction) => {
      const request = await this.#takePending(transaction, { organizationId, id });
      if (request.userId === by.userId) throw new ApiError('forbidden', 'Somebody else must approve your request.');
      const { level = request.level, durationSeconds = request.durationSeconds, note } = given;
      if (levels.indexOf(level) > levels.indexOf(request.level) || durationSeconds > request.durationSeconds)
        throw new ApiError('invalid-request', 'An approval can give less than was asked for, not more.');
      await this.#give(transaction, request, { by: by.userId, note, level, durationSeconds });
    });
    this.#reader.forget(organizationId);
    return this.#get(organizationId, id);
  }

  /** @throws {ApiError} `not-found`; `conflict`: it was decided before, or expired. */
  async deny(by: Caller, id: string, note: string): Promise<AccessRequest> {
    return this.#close(by, id, { status: 'denied', note });
  }

  /** @throws {ApiError} `not-found`, also for somebody else's request; `conflict`: it was decided before, or expired. */
  async cancel(by: Caller, id: string): Promise<AccessRequest> {
    return this.#close(by, id, { status: 'cancelled', note: '', of: by.userId });
  }

  async #close(
    by: Caller,
    id: string,
    { status, note, of }: { status: 'denied' | 'cancelled'; note: string; of?: string },
  ): Promise<AccessRequest> {
    const { organizationId, userId } = by;
    await this.#database.transaction(organizationId, async (transaction) => {
      await this.#takePending(transaction, { organizationId, id, of });
      await transaction.accessRequest.updateMany({
        where: { id, organizationId },
        data: { status, note, decidedAt: new Date(), decidedById: userId },
      });
    });
    return this.#get(organizationId, id);
  }

  /** The request, locked until the end of the transaction, so that it is decided once. */
  async #takePending(
    transaction: Pick<ScopedClient, '$executeRaw' | 'accessRequest'>,
    { organizationId, id, of }: { organizationId: string; id: string; of?: string | undefined },
  ) {
    await inTurn(transaction, `request ${id}`);
    const request = await transaction.accessRequest.findFirst({
      where: { id, organizationId, ...(of === undefined ? {} : { userId: of }) },
    });
    if (request === null) throw notFound();
    if (request.status !== 'pending' || request.expiresAt <= new Date())
      throw new ApiError('conflict', `This request is ${statusOf(request)} already.`);
    return request;
  }

  async #give(
    transaction: Pick<ScopedClient, '$executeRaw' | 'accessRequest' | 'binding'>,
    request: {
      id: string;
      organizationId: string;
      userId: string;
      clusterId: string;
      namespaces: string[];
      reason: string;
    },
    { by, note, level, durationSeconds }: { by: string; note: string; level: Row['level']; durationSeconds: number },
  ): Promise<void> {
    const { id, organizationId, userId, clusterId, namespaces, reason } = request;
    const now = new Date();
    const bindingId = await addBinding(transaction, this.#limits, {
      organizationId,
      userId,
      clusterId,
      level,
      groups: [],
      namespaces,
      reason,
      createdById: by,
      expiresAt: new Date(now.getTime() + durationSeconds * 1_000),
    });
    await transaction.accessRequest.updateMany({
      where: { id, organizationId },
      data: { status: 'approved', note, decidedAt: now, decidedById: by, bindingId },
    });
  }

  async #requireBreakGlass(organizationId: string): Promise<void> {
    const organization = await this.#database.scoped.organization.findUniqueOrThrow({
      where: { id: organizationId },
      select: { breakGlass: true },
    });
    if (!organization.breakGlass)
      throw new ApiError(
        'forbidden',
        'This organization does not allow access without an approval. Request it, and ask somebody to approve it.',
      );
  }

  async #cluster(organizationId: string, name: string): Promise<string> {
    const found = await this.#database.scoped.cluster.findFirst({
      where: { organizationId, name, deletedAt: null },
      select: { id: true },
    });
    if (found !== null) return found.id;
    const message = `There is no cluster ${name} in this organization.`;
    throw new ApiError('invalid-request', message, { fields: [{ path: 'cluster', message }] });
  }

  async #get(organizationId: string, id: string): Promise<AccessRequest> {
    const row = await this.#database.scoped.accessRequest.findFirst({
      where: { id, organizationId },
      include: related,
    });
    if (row === null) throw notFound();
    const [shown] = await this.#show(organizationId, [row]);
    if (shown === undefined) throw notFound();
    return shown;
  }

  async #show(organizationId: string, rows: readonly Row[]): Promise<AccessRequest[]> {
    const nameOf = await accountRefs(
      this.#database,
      organizationId,
      rows.map(({ decidedById }) => decidedById),
    );
    return rows.map((row) => ({
      id: row.id,
      account: accountRef(row.membership.user),
      cluster: row.cluster,
      level: row.level,
      namespaces: row.namespaces,
      reason: row.reason,
      durationSeconds: row.durationSeconds,
      status: statusOf(row),
      breakGlass: row.breakGlass,
      createdAt: row.createdAt.toISOString(),
      decidedAt: row.decidedAt?.toISOString() ?? null,
      decidedBy: row.decidedById === null ? null : nameOf(row.decidedById),
      note: row.note,
      accessExpiresAt: (row.binding?.revokedAt ?? row.binding?.expiresAt)?.toISOString() ?? null,
    }));
  }
}

function statusOf({ status, expiresAt }: Pick<Row, 'status' | 'expiresAt'>): AccessRequest['status'] {
  return status === 'pending' && expiresAt <= new Date() ? 'expired' : status;
}
