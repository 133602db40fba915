import type { Database } from '../database/database.ts';
import { whenReachable } from '../database/when-reachable.ts';
import { storable } from './session-log.ts';

/** Somebody who views a terminal that another sign-in opened. */
export interface SessionViewerStart {
  organizationId: string;
  sessionId: string;
  userId: string;
  canType: boolean;
  clientAddress: string;
  userAgent: string;
}

/** Records who views a session of somebody else's, or of their own from another sign-in. */
export class SessionViewers {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** @returns a function that records the end; call it once. Rejects if the database cannot be reached. */
  async join(start: SessionViewerStart): Promise<() => Promise<void>> {
    const { organizationId } = start;
    const data = { ...start, clientAddress: storable(start.clientAddress), userAgent: storable(start.userAgent) };
    const { id } = await this.#database.scoped.sessionViewer.create({ data, select: { id: true } });
    return async () => {
      const leftAt = new Date();
      await whenReachable(() =>
        this.#database.scoped.sessionViewer.updateMany({ where: { id, organizationId }, data: { leftAt } }),
      );
    };
  }
}
