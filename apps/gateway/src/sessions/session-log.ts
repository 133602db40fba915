import type { SessionKind as Kind } from '@postern/contracts';
import { Batches } from '../core/batches.ts';
import { type Database, isMissing } from '../database/database.ts';
import { whenReachable } from '../database/when-reachable.ts';
import { SessionKind } from '../generated/prisma/enums.ts';
import { gatewayStopped } from '../leases/end-gateways.ts';
import type { GatewayLease } from '../leases/gateway-lease.ts';
import { recordedCommand } from './recorded-command.ts';

/** The kinds in the contracts, mapped to those of the database client. */
export const sessionKinds: Record<Kind, SessionKind> = {
  exec: SessionKind.exec,
  attach: SessionKind.attach,
  'port-forward': SessionKind.portForward,
  terminal: SessionKind.terminal,
};

/** The start of a session: who, what, where, and from where. */
export interface SessionStart {
  organizationId: string;
  clusterId: string;
  userId: string;
  kind: Kind;
  namespace: string;
  pod: string;
  container: string | null;
  command: string[];
  clientAddress: string;
  userAgent: string;
}

/** Maximum length of untrusted texts, in characters; longer ones are cut. */
const maxText = 512;

/** Records every exec, attach, port-forward and terminal: its start, before any data flows, and its end. */
export class SessionLog {
  readonly #database: Database;
  readonly #lease: GatewayLease;
  /** The organization of each open session of this process. */
  readonly #open = new Map<string, string>();
  /** One batch at a time, so that the gateway's newest id is written last. */
  readonly #claims = new Batches<string>((ids) => this.#claim(ids), { waitMs: 0, most: 1_000 });

  constructor(database: Database, lease: GatewayLease) {
    this.#database = database;
    this.#lease = lease;
    lease.on('renewed', () => {
      for (const id of this.#open.keys()) void this.#claims.add(id);
    });
  }

  /** @returns the session's id. */
  async start(session: SessionStart): Promise<string> {
    const { organizationId } = session;
    const data = {
      ...session,
      kind: sessionKinds[session.kind],
      namespace: storable(session.namespace),
      pod: storable(session.pod),
      container: session.container === null ? null : storable(session.container),
      command: recordedCommand(session.command),
      clientAddress: storable(session.clientAddress),
      userAgent: storable(session.userAgent),
    };
    const create = (gatewayId: string) =>
      this.#database.scoped.session.create({ data: { ...data, gatewayId }, select: { id: true, gatewayId: true } });
    const gatewayId = this.#lease.id;
    const row = await create(gatewayId).catch(async (error: unknown) => {
      if (!isMissing(error, 'sessions_gateway_id_fkey')) throw error;
      await this.#lease.lost(gatewayId);
      return create(this.#lease.id);
    });
    this.#open.set(row.id, organizationId);
    // The gateway changed its id while the row was being written with the previous one.
    if (row.gatewayId !== this.#lease.id) void this.#claims.add(row.id);
    return row.id;
  }

  /** Records the end. Only the first end counts; "up" is from the person to the cluster. */
  async end(id: string, ended: { reason: string; bytesUp: number; bytesDown: number }): Promise<void> {
    const organizationId = this.#open.get(id);
    if (organizationId === undefined) return;
    this.#open.delete(id);
    const data = {
      endedAt: new Date(),
      endReason: storable(ended.reason),
      bytesUp: BigInt(ended.bytesUp),
      bytesDown: BigInt(ended.bytesDown),
      gatewayId: null,
    };
    try {
      // Also replaces an end recorded by another gateway, which could only guess.
      await whenReachable(() => this.#database.scoped.session.updateMany({ where: { id, organizationId }, data }));
    } catch (error) {
      this.#lease.incomplete(error);
      throw error;
    }
  }

  /**
   * How a session of a person ended that this process does not hold: the reason as people read it, an empty text if that is not
   * known, `open` if another gateway holds it, or held it until a moment ago.
   * @returns null if there is no such session.
   */
  async whatBecameOf(session: {
    id: string;
    organizationId: string;
    userId: string;
  }): Promise<{ endReason: string } | 'open' | null> {
    const row = await this.#database.scoped.session.findFirst({
      where: session,
      select: { endedAt: true, endReason: true },
    });
    if (row === null) return null;
    return row.endedAt === null ? 'open' : { endReason: row.endReason ?? '' };
  }

  /**
   * Writes this gateway's id to its open sessions. One that has ended meanwhile stays ended, unless another gateway guessed
   * that end. Never rejects: a failure is repaired with the lease.
   */
  async #claim(ids: string[]): Promise<void> {
    const open = ids.filter((id) => this.#open.has(id));
    const organizations = open.map((id) => this.#open.get(id));
    try {
      await this.#database.acrossOrganizations.$executeRaw`
        UPDATE sessions s SET gateway_id = ${this.#lease.id}::uuid, ended_at = NULL, end_reason = NULL
        FROM unnest(${open}::uuid[], ${organizations}::uuid[]) AS o(id, organization_id)
        WHERE s.id = o.id AND s.organization_id = o.organization_id
          AND (s.ended_at IS NULL OR s.end_reason = ${gatewayStopped})`;
    } catch (error) {
      this.#lease.incomplete(error);
    }
  }
}

/** A text as PostgreSQL can store it, which is without NUL; cut at 512 characters. */
export function storable(text: string): string {
  return text.replaceAll('\0', '').slice(0, maxText);
}
