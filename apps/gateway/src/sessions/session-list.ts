import type { SessionKind as Kind, Session, SessionQuery } from '@postern/contracts';
import type { z } from 'zod';
import type { Database } from '../database/database.ts';
import type { Prisma } from '../generated/prisma/client.ts';
import { ApiError } from '../http/api-error.ts';
import { named, usernameOf } from '../identity/username.ts';
import { shownOfRecording, viewRecording } from './recording-view.ts';
import { sessionKinds } from './session-log.ts';

const account = { select: { id: true, ...named } } as const;
const related = {
  cluster: { select: { id: true, name: true } },
  user: account,
  recording: { select: shownOfRecording },
  viewers: {
    select: { user: account, canType: true, joinedAt: true, leftAt: true },
    orderBy: { id: 'asc' },
    take: 100,
  },
} as const;
type Row = Prisma.SessionGetPayload<{ include: typeof related }>;

/** The recorded sessions, for people to read. */
export class SessionList {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Newest first; without `ofUser`, of everybody in the organization. @throws {ApiError} `invalid-request` for a bad cursor. */
  async page(
    { organizationId, ofUser }: { organizationId: string; ofUser: string | undefined },
    { cursor, limit, cluster, kind, active, since, user }: z.output<typeof SessionQuery>,
  ): Promise<{ items: Session[]; nextCursor: string | null }> {
    const rows = await this.#database.scoped.session.findMany({
      where: {
        organizationId,
        ...(ofUser === undefined ? {} : { userId: ofUser }),
        ...(cursor === undefined ? {} : { id: { lt: readCursor(cursor) } }),
        ...(cluster === undefined ? {} : { clusterId: cluster }),
        ...(kind === undefined ? {} : { kind: sessionKinds[kind] }),
        ...(since === undefined ? {} : { startedAt: { gte: new Date(since) } }),
        ...(user === undefined ? {} : { user: { email: user } }),
        ...(active === undefined ? {} : { endedAt: active ? null : { not: null } }),
      },
      include: related,
      // Ids are UUIDv7, which sort by time.
      orderBy: { id: 'desc' },
      take: limit + 1,
    });
    const items = rows.slice(0, limit);
    const last = items.at(-1);
    return {
      items: items.map(view),
      nextCursor: rows.length > limit && last !== undefined ? makeCursor(last.id) : null,
    };
  }
}

function makeCursor(id: string): string {
  return Buffer.from(id.replaceAll('-', ''), 'hex').toString('base64url');
}

function readCursor(cursor: string): string {
  const hex = Buffer.from(cursor, 'base64url').toString('hex');
  const match = /^(.{8})(.{4})(.{4})(.{4})(.{12})$/.exec(hex);
  if (match === null || !/^[\w-]{22}$/.test(cursor))
    throw new ApiError('invalid-request', 'The cursor is not valid. Use the one that the previous page returned.', {
      fields: [{ path: 'cursor', message: 'Not a cursor' }],
    });
  return match.slice(1).join('-');
}

const kindsOf = Object.fromEntries(Object.entries(sessionKinds).map(([kind, stored]) => [stored, kind])) as Record<
  Row['kind'],
  Kind
>;

const accountOf = ({ id, ...account }: Row['user']) => ({ id, email: usernameOf(account) });

function view(row: Row): Session {
  return {
    id: row.id,
    kind: kindsOf[row.kind],
    cluster: row.cluster,
    user: accountOf(row.user),
    namespace: row.namespace,
    pod: row.pod,
    container: row.container,
    command: row.command,
    startedAt: row.startedAt.toISOString(),
    endedAt: row.endedAt?.toISOString() ?? null,
    endReason: row.endReason,
    bytesUp: Number(row.bytesUp),
    bytesDown: Number(row.bytesDown),
    clientAddress: row.clientAddress,
    userAgent: row.userAgent,
    recording: row.recording === null ? null : viewRecording(row.recording),
    viewers: row.viewers.map(({ user, canType, joinedAt, leftAt }) => ({
      user: accountOf(user),
      canType,
      joinedAt: joinedAt.toISOString(),
      leftAt: (leftAt ?? row.endedAt)?.toISOString() ?? null,
    })),
  };
}
