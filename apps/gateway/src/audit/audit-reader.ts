import type { AuditFilter, AuditVerification, AuditEvent as RecordedEvent } from '@postern/contracts';
import type { z } from 'zod';
import type { Database } from '../database/database.ts';
import { Prisma } from '../generated/prisma/client.ts';
import { canonical, type Json } from './canonical.ts';
import { brokenLink, type Entry, type Link, origin } from './chain.ts';
import { nothing } from './event.ts';

type Filter = z.output<typeof AuditFilter>;

interface EventRow {
  seq: bigint;
  at: Date;
  event: Json;
  /** In hex. */
  previous: string;
  hash: string;
}

interface Ends {
  /** The newest entry. */
  head: Link;
  /** The newest entry that was deleted for its age. */
  anchor: Link;
}

/** How many entries are read at once, and how many are checked in one part. */
const pageSize = 1_000;
const partSize = 20_000;

/** Reads the trail of one organization. Every query names it. */
export class AuditReader {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Newest first. @param before the position before which to begin. */
  newest(organizationId: string, filter: Filter, page: { before: number | undefined; limit: number }) {
    const { before, limit } = page;
    const position = before === undefined ? Prisma.empty : Prisma.sql`AND seq < ${before}::bigint`;
    return this.#select(organizationId, filter, Prisma.sql`${position} ORDER BY seq DESC LIMIT ${limit}::int`);
  }

  /** Oldest first. @param after the position after which to begin. @param until the last position. */
  following(
    organizationId: string,
    filter: Filter,
    { after, until, limit }: { after: number; until?: number; limit: number },
  ) {
    const end = until === undefined ? Prisma.empty : Prisma.sql`AND seq <= ${until}::bigint`;
    return this.#select(
      organizationId,
      filter,
      Prisma.sql`AND seq > ${after}::bigint ${end} ORDER BY seq LIMIT ${limit}::int`,
    );
  }

  /** All entries up to the newest one now, oldest first, read in pages. */
  async *all(organizationId: string, filter: Filter): AsyncGenerator<RecordedEvent> {
    const { head, anchor } = await this.#database.transaction(organizationId, (transaction) =>
      endsOf(transaction, organizationId),
    );
    let after = anchor.seq;
    for (;;) {
      const page = await this.following(organizationId, filter, { after, until: head.seq, limit: pageSize });
      yield* page;
      const last = page.at(-1);
      if (last === undefined || page.length < pageSize) return;
      after = last.seq;
    }
  }

  /**
   * Checks the next part of the chain, in one snapshot: every entry against the one before it, and at the end against the
   * stored end of the chain.
   * @param from the last entry of the part before, as it was then; undefined for the beginning.
   */
  verify(
    organizationId: string,
    from: Link | undefined,
  ): Promise<Omit<AuditVerification, 'nextCursor'> & { next: Link | null }> {
    return this.#database.transaction(
      organizationId,
      async (transaction) => {
        const { head, anchor } = await endsOf(transaction, organizationId);
        let link = from === undefined || from.seq < anchor.seq ? anchor : from;
        const start = link.seq;
        const answer = (problem?: string) => ({
          checked: link.seq - start,
          first: link.seq > start ? start + 1 : null,
          last: link.seq > start ? link.seq : null,
          broken: problem === undefined ? null : { seq: link.seq + 1, problem },
          next: problem === undefined && link.seq < head.seq ? link : null,
        });
        while (link.seq - start < partSize) {
          const entries = await entriesAfter(transaction, organizationId, link.seq);
          for (const entry of entries) {
            const problem = brokenLink(organizationId, link, entry);
            if (problem !== undefined) return answer(problem);
            link = { seq: entry.seq, hash: entry.hash };
          }
          if (entries.length === pageSize) continue;
          if (link.seq < head.seq)
            return answer(`it and all that follow are missing; the trail has ${head.seq} entries`);
          if (link.seq > head.seq) return answer(`the trail should end at ${head.seq}`);
          return link.hash.equals(head.hash)
            ? answer()
            : answer('the entry before it is not the one that was recorded');
        }
        return answer();
      },
      { isolationLevel: 'RepeatableRead', timeout: 60_000 },
    );
  }

  async #select(organizationId: string, filter: Filter, rest: Prisma.Sql): Promise<RecordedEvent[]> {
    const rows = await this.#database.transaction(
      organizationId,
      (transaction) => transaction.$queryRaw<EventRow[]>`
        SELECT seq, at, event, encode(previous, 'hex') AS previous, encode(hash, 'hex') AS hash FROM audit_events
        WHERE organization_id = ${organizationId}::uuid ${conditions(filter)} ${rest}`,
    );
    return rows.map(recorded);
  }
}

type Queries = Pick<Prisma.TransactionClient, '$queryRaw'>;

async function endsOf(queries: Queries, organizationId: string): Promise<Ends> {
  const [row] = await queries.$queryRaw<{ seq: bigint; hash: string; anchorSeq: bigint; anchorHash: string }[]>`
    SELECT seq, encode(hash, 'hex') AS hash, anchor_seq AS "anchorSeq", encode(anchor_hash, 'hex') AS "anchorHash" FROM audit_heads
    WHERE organization_id = ${organizationId}::uuid`;
  if (row === undefined) return { head: origin, anchor: origin };
  return {
    head: { seq: Number(row.seq), hash: Buffer.from(row.hash, 'hex') },
    anchor: { seq: Number(row.anchorSeq), hash: Buffer.from(row.anchorHash, 'hex') },
  };
}

async function entriesAfter(queries: Queries, organizationId: string, seq: number): Promise<Entry[]> {
  const rows = await queries.$queryRaw<EventRow[]>`
    SELECT seq, at, event, encode(previous, 'hex') AS previous, encode(hash, 'hex') AS hash FROM audit_events
    WHERE organization_id = ${organizationId}::uuid AND seq > ${seq}::bigint ORDER BY seq LIMIT ${pageSize}::int`;
  return rows.map((row) => ({
    seq: Number(row.seq),
    at: row.at,
    content: canonical(row.event),
    previous: Buffer.from(row.previous, 'hex'),
    hash: Buffer.from(row.hash, 'hex'),
  }));
}

function recorded({ seq, event, previous, hash }: EventRow): RecordedEvent {
  return {
    // What an earlier version did not record.
    ...nothing,
    ...(event as unknown as RecordedEvent),
    seq: Number(seq),
    previous,
    hash,
  };
}

/** The parts of `#>>` are written as in the indexes, so that those are used. */
function conditions(filter: Filter): Prisma.Sql {
  const { since, until, actor, cluster, action, resource, namespace, decision, text } = filter;
  const wanted: Prisma.Sql[] = [];
  if (since !== undefined) wanted.push(Prisma.sql`at >= ${since}::timestamptz`);
  if (until !== undefined) wanted.push(Prisma.sql`at < ${until}::timestamptz`);
  if (actor !== undefined)
    wanted.push(
      isUuid(actor)
        ? Prisma.sql`event #>> '{actor,id}' = ${actor.toLowerCase()}`
        : Prisma.sql`event #>> '{actor,name}' = ${actor}`,
    );
  if (cluster !== undefined)
    wanted.push(
      isUuid(cluster)
        ? Prisma.sql`event #>> '{cluster,id}' = ${cluster.toLowerCase()}`
        : Prisma.sql`event #>> '{cluster,name}' = ${cluster}`,
    );
  if (action !== undefined)
    wanted.push(
      action.endsWith('.')
        ? Prisma.sql`starts_with(event ->> 'action', ${action})`
        : Prisma.sql`event ->> 'action' = ${action}`,
    );
  if (resource !== undefined) wanted.push(Prisma.sql`event ->> 'resource' = ${resource}`);
  if (namespace !== undefined) wanted.push(Prisma.sql`event ->> 'namespace' = ${namespace}`);
  if (decision !== undefined) wanted.push(Prisma.sql`event ->> 'decision' = ${decision}`);
  if (text !== undefined) wanted.push(Prisma.sql`strpos(lower(event::text), lower(${text})) > 0`);
  return wanted.length === 0 ? Prisma.empty : Prisma.sql`AND ${Prisma.join(wanted, ' AND ')}`;
}

function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
}
