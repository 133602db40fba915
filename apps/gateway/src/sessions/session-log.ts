import type { SessionKind as Kind } from '@postern/contracts';
import type { Database } from '../database/database.ts';
import { whenReachable } from '../database/when-reachable.ts';
import { SessionKind } from '../generated/prisma/enums.ts';
import { recordedCommand } from './recorded-command.ts';

/** The kinds as the contracts spell them, and as the database's client does. */
export const sessionKinds: Record<Kind, SessionKind> = {
  exec: SessionKind.exec,
  attach: SessionKind.attach,
  'port-forward': SessionKind.portForward,
  terminal: SessionKind.terminal,
};

/** Who began what, where, from where. */
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

/** Longer texts of strangers are cut, in characters. */
const maxText = 512;

/** Writes down every exec, attach, port-forward and terminal: its beginning, before anything flows, and its end. */
export class SessionLog {
  readonly #database: Database;
  /** Organization of each session that this process has open. */
  readonly #open = new Map<string, string>();

  constructor(database: Database) {
    this.#database = database;
  }

  /** @returns the session's id. */
  async start(session: SessionStart): Promise<string> {
    const { id } = await this.#database.scoped.session.create({
      data: {
        ...session,
        kind: sessionKinds[session.kind],
        namespace: storable(session.namespace),
        pod: storable(session.pod),
        container: session.container === null ? null : storable(session.container),
        command: recordedCommand(session.command),
        clientAddress: storable(session.clientAddress),
        userAgent: storable(session.userAgent),
      },
      select: { id: true },
    });
    this.#open.set(id, session.organizationId);
    return id;
  }

  /** Only the first end counts. Bytes up go from the person to the cluster. */
  async end(id: string, ended: { reason: string; bytesUp: number; bytesDown: number }): Promise<void> {
    const organizationId = this.#open.get(id);
    if (organizationId === undefined) return;
    const data = {
      endedAt: new Date(),
      endReason: storable(ended.reason),
      bytesUp: BigInt(ended.bytesUp),
      bytesDown: BigInt(ended.bytesDown),
    };
    const where = { id, organizationId, endedAt: null };
    await whenReachable(() => this.#database.scoped.session.updateMany({ where, data }));
    this.#open.delete(id);
  }

  /** After a start: sessions that an earlier process left open have ended with it. */
  async endOrphans(): Promise<void> {
    const mine = [...this.#open.keys()];
    await this.#database.acrossOrganizations.session.updateMany({
      where: { endedAt: null, id: { notIn: mine } },
      data: { endedAt: new Date(), endReason: 'The gateway stopped while the session was open.' },
    });
  }
}

/** PostgreSQL takes no NUL in a text. */
function storable(text: string): string {
  return text.replaceAll('\0', '').slice(0, maxText);
}
