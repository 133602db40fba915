import pg from 'pg';

type Query = (...asked: unknown[]) => Promise<unknown>;

/**
 * A connection on which a query begins when the one before has ended. Prisma loads several relations of a query at once, also
 * within a transaction, which has one connection; pg warns that it will stop queueing them itself in its version 9.
 */
export class SerialClient extends pg.Client {
  #last: Promise<unknown> = Promise.resolve();

  constructor(config?: pg.ClientConfig) {
    super(config);
    const query = this.query.bind(this) as Query;
    const inTurn: Query = (...asked) => {
      // The pool's own queries, which have a callback.
      if (typeof asked.at(-1) === 'function') return query(...asked);
      const answer = this.#last.then(() => query(...asked));
      this.#last = answer.catch(() => {});
      return answer;
    };
    this.query = inTurn as pg.Client['query'];
  }
}
