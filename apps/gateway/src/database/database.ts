import { setTimeout as delay } from 'node:timers/promises';
import { PrismaPg } from '@prisma/adapter-pg';
import { Prisma, PrismaClient } from '../generated/prisma/client.ts';
import { scopeToOrganization } from './tenant-scope.ts';

/** A client that throws for a query of tenant rows that does not name the organization. */
export type ScopedClient = ReturnType<typeof scoped>;

function scoped(client: PrismaClient, running: Set<Promise<unknown>>) {
  return client.$extends({
    name: 'tenant-scope',
    query: {
      $allModels: {
        $allOperations: (operation) => {
          const answer = scopeToOrganization(operation);
          running.add(answer);
          const forget = () => running.delete(answer);
          answer.then(forget, forget);
          return answer;
        },
      },
    },
  });
}

/**
 * How long a query or a transaction waits for a connection, new or from the pool, in milliseconds. A briefly busy gateway must
 * not seem to have lost its database.
 */
const connectionWaitMs = 5_000;

/**
 * The database, as the serving role. Use `scoped`; `acrossOrganizations` is for the few queries made before the organization is
 * known (authentication) and for the gateway's own maintenance.
 */
export class Database {
  readonly acrossOrganizations: PrismaClient;
  readonly scoped: ScopedClient;
  readonly #running = new Set<Promise<unknown>>();

  /** @param options.connections the maximum number of open connections. */
  constructor(options: { url: string; connections: number }) {
    const adapter = new PrismaPg({
      connectionString: options.url,
      max: options.connections,
      connectionTimeoutMillis: connectionWaitMs,
      idleTimeoutMillis: 60_000,
      application_name: 'postern-gateway',
    });
    // Minimal: messages without the arguments, which may contain personal data.
    const client = new PrismaClient({
      adapter,
      errorFormat: 'minimal',
      transactionOptions: { maxWait: connectionWaitMs },
    });
    this.acrossOrganizations = client;
    this.scoped = scoped(client, this.#running);
  }

  /** Resolves when the database responds. */
  async ping(): Promise<void> {
    await this.acrossOrganizations.$queryRaw`SELECT 1`;
  }

  /** Waits for running queries first, for at most 2 s. */
  async close(): Promise<void> {
    for (const end = performance.now() + 2_000; this.#running.size > 0 && performance.now() < end; )
      await Promise.race([Promise.allSettled(this.#running), delay(2_000, undefined, { ref: false })]);
    await this.acrossOrganizations.$disconnect();
  }
}

/** True if a row was refused because of a unique constraint. */
export function isDuplicate(error: unknown): boolean {
  return error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2002';
}

/** True if a row was refused because a row that it refers to does not exist. @param constraint the foreign key. */
export function isMissing(error: unknown, constraint: string): boolean {
  return (
    error instanceof Prisma.PrismaClientKnownRequestError &&
    error.code === 'P2003' &&
    error.message.includes(constraint)
  );
}

const unreachableCodes: ReadonlySet<string> = new Set(['P1001', 'P1002', 'P1008', 'P1017', 'P2024', 'P2028', 'P2037']);
/** Messages of Prisma, pg and PostgreSQL for a connection that failed or was lost (57P01 to 57P03: shutting down). */
const unreachableWords =
  /Can't reach database server|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EPIPE|Connection terminated|connection closed|timeout exceeded when trying to connect|57P0[123]|shutting down|starting up|too many (clients|connections)/i;

/** True if the database could not be reached, as opposed to refusing the query. */
export function isUnreachable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof Prisma.PrismaClientInitializationError) return true;
  if (error instanceof Prisma.PrismaClientKnownRequestError && unreachableCodes.has(error.code)) return true;
  return unreachableWords.test(`${error.message} ${String(Reflect.get(error, 'code') ?? '')}`);
}
