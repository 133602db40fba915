import { boundedCache } from '../core/bounded-cache.ts';
import type { Database } from '../database/database.ts';
import type { Prisma } from '../generated/prisma/client.ts';
import type { AuditAppender, QueuedEvent } from './audit-writer.ts';
import { entryHash, type Link, origin } from './chain.ts';

type Queries = Pick<Prisma.TransactionClient, '$queryRaw' | '$executeRaw'>;

/**
 * Writes the chains. One statement adds a batch and moves the ends of its chains, and does so only where a chain still ends where
 * this process thinks: several gateways make one chain, and whoever comes second tries again behind the first.
 */
export class AuditStore implements AuditAppender {
  readonly #database: Pick<Database, 'acrossOrganizations'>;
  /** Where chains ended when this process last wrote or read. */
  readonly #ends = boundedCache<string, Link>(20_000);

  constructor(database: Pick<Database, 'acrossOrganizations'>) {
    this.#database = database;
  }

  /**
   * Appends events to the chains of their organizations, in order, for each organization all or none. Events of an organization
   * that no longer exists are dropped.
   * @param options.mayRepeat whether some may be there already, because it is not known how an earlier attempt ended.
   */
  async append(events: readonly QueuedEvent[], { mayRepeat }: { mayRepeat: boolean }): Promise<void> {
    const queries = this.#database.acrossOrganizations;
    let left = mayRepeat ? await unknown(queries, events) : events;
    while (left.length > 0) {
      const ends = await this.#endsOf(left);
      const { rows, moved } = chained(left, ends);
      if (rows.length === 0) return;
      const done = await add(queries, rows, { ends, moved });
      for (const [id, end] of moved) {
        if (done.has(id)) this.#ends.set(id, end);
        else this.#ends.delete(id);
      }
      left = left.filter(({ organizationId }) => moved.has(organizationId) && !done.has(organizationId));
      // What moved the end may have been our own earlier attempt, which the database finished after all.
      if (mayRepeat) left = await unknown(queries, left);
    }
  }

  async #endsOf(events: readonly QueuedEvent[]): Promise<Map<string, Link>> {
    const ids = [...new Set(events.map(({ organizationId }) => organizationId))];
    const missing = ids.filter((id) => !this.#ends.has(id));
    const read = missing.length === 0 ? new Map<string, Link>() : await readEnds(this.#database, missing);
    return new Map(
      ids.flatMap((id): [string, Link][] => {
        const end = this.#ends.get(id) ?? read.get(id);
        return end === undefined ? [] : [[id, end]];
      }),
    );
  }
}

/** Where the chains of organizations end; begins those that have none. */
async function readEnds(
  { acrossOrganizations: queries }: Pick<Database, 'acrossOrganizations'>,
  ids: string[],
): Promise<Map<string, Link>> {
  const read = (): Promise<{ id: string; seq: bigint; hash: string }[]> => queries.$queryRaw`
    SELECT organization_id AS id, seq, encode(hash, 'hex') AS hash FROM audit_heads
    WHERE organization_id = ANY(${ids}::uuid[])`;
  let rows = await read();
  if (rows.length < ids.length) {
    await beginTrails(queries, ids);
    rows = await read();
  }
  return new Map(rows.map(({ id, seq, hash }) => [id, { seq: Number(seq), hash: Buffer.from(hash, 'hex') }]));
}

/** Begins the trails of organizations that have none. */
export async function beginTrails(queries: Pick<Queries, '$executeRaw'>, organizations: string[]): Promise<void> {
  const start = origin.hash.toString('hex');
  await queries.$executeRaw`
    INSERT INTO audit_heads (organization_id, hash, anchor_hash)
    SELECT id, decode(${start}, 'hex'), decode(${start}, 'hex') FROM organizations
    WHERE id = ANY(${organizations}::uuid[]) ORDER BY id ON CONFLICT DO NOTHING`;
}

/** Those of the events that are not stored. */
async function unknown(queries: Queries, events: readonly QueuedEvent[]): Promise<readonly QueuedEvent[]> {
  if (events.length === 0) return events;
  const found = await queries.$queryRaw<{ id: string }[]>`
    SELECT e.id FROM audit_events e
    JOIN unnest(${events.map((event) => event.organizationId)}::uuid[], ${events.map(({ id }) => id)}::uuid[])
      AS asked(organization_id, id) ON e.organization_id = asked.organization_id AND e.id = asked.id`;
  const stored = new Set(found.map(({ id }) => id));
  return events.filter(({ id }) => !stored.has(id));
}

interface Row extends QueuedEvent {
  seq: number;
  previous: string;
  hash: string;
}

/** Gives each event its place behind the end of its chain. */
function chained(
  events: readonly QueuedEvent[],
  ends: ReadonlyMap<string, Link>,
): { rows: Row[]; moved: Map<string, Link> } {
  const moved = new Map<string, Link>();
  const rows = events.flatMap((event) => {
    const before = moved.get(event.organizationId) ?? ends.get(event.organizationId);
    if (before === undefined) return [];
    const hash = entryHash(event.organizationId, before, event.content);
    const seq = before.seq + 1;
    moved.set(event.organizationId, { seq, hash });
    return { ...event, seq, previous: before.hash.toString('hex'), hash: hash.toString('hex') };
  });
  return { rows, moved };
}

/**
 * Adds rows to the chains that still end where they are expected to. Their ends are locked in the order of the ids, so that two
 * gateways never wait for each other.
 * @returns the organizations whose rows were added.
 */
async function add(
  queries: Queries,
  rows: Row[],
  { ends, moved }: { ends: ReadonlyMap<string, Link>; moved: ReadonlyMap<string, Link> },
): Promise<ReadonlySet<string>> {
  const ids = [...moved.keys()];
  const seqs = (links: ReadonlyMap<string, Link>) => ids.map((id) => links.get(id)?.seq ?? 0);
  const hashes = (links: ReadonlyMap<string, Link>) => ids.map((id) => links.get(id)?.hash.toString('hex') ?? '');
  const done = await queries.$queryRaw<{ id: string }[]>`
    WITH expected AS (
      SELECT * FROM unnest(
        ${ids}::uuid[], ${seqs(ends)}::bigint[], ${hashes(ends)}::text[], ${seqs(moved)}::bigint[], ${hashes(moved)}::text[]
      ) AS row(organization_id, seq, hash, new_seq, new_hash)
    ), locked AS MATERIALIZED (
      SELECT h.organization_id FROM audit_heads h JOIN expected e ON e.organization_id = h.organization_id
      WHERE h.seq = e.seq AND h.hash = decode(e.hash, 'hex')
      ORDER BY h.organization_id FOR UPDATE OF h
    ), added AS (
      INSERT INTO audit_events (organization_id, seq, id, at, event, previous, hash)
      SELECT r.organization, r.seq, (r.event ->> 'id')::uuid, (r.event ->> 'at')::timestamptz, r.event,
        decode(r.previous, 'hex'), decode(r.hash, 'hex')
      FROM jsonb_to_recordset(${asJson(rows)}::jsonb)
        AS r(organization uuid, seq bigint, event jsonb, previous text, hash text)
      JOIN locked ON locked.organization_id = r.organization
    )
    UPDATE audit_heads h SET seq = e.new_seq, hash = decode(e.new_hash, 'hex')
    FROM expected e JOIN locked ON locked.organization_id = e.organization_id
    WHERE h.organization_id = e.organization_id
    RETURNING h.organization_id AS id`;
  return new Set(done.map(({ id }) => id));
}

/** One parameter for all rows: Prisma and its driver would handle each value of an array by itself, which takes longer than all else. */
function asJson(rows: Row[]): string {
  const texts = rows.map(
    ({ organizationId, seq, previous, hash, content }) =>
      `{"organization":"${organizationId}","seq":${seq},"previous":"${previous}","hash":"${hash}","event":${content}}`,
  );
  return `[${texts.join(',')}]`;
}
