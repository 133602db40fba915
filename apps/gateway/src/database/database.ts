import { setTimeout as delay } from 'node:timers/promises';
import { PrismaPg } from '@prisma/adapter-pg';
import { Prisma, PrismaClient } from '../generated/prisma/client.ts';
import { scopeToOrganization } from './tenant-scope.ts';

/** A client on which every query of a tenant's rows names the organization, or throws. */
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
 * How long a query or a transaction waits for a connection, be it a new one or its turn in the pool. A gateway that is busy for a
 * moment must not seem to have lost its database.
 */
const connectionWaitMs = 5_000;

/**
 * The database, as the role that serves. `scoped` is for everyone; `acrossOrganizations` for the few questions that are asked
 * before the organization is known (who is this?) and for the gateway's own upkeep.
 */
export class Database {
  readonly acrossOrganizations: PrismaClient;
  readonly scoped: ScopedClient;
  readonly #running = new Set<Promise<unknown>>();

  /** @param options.connections most connections held at once. */
  constructor(options: { url: string; connections: number }) {
    const adapter = new PrismaPg({
      connectionString: options.url,
      max: options.connections,
      connectionTimeoutMillis: connectionWaitMs,
      idleTimeoutMillis: 60_000,
      application_name: 'postern-gateway',
    });
    // Minimal: messages without the arguments, which may be somebody's.
    const client = new PrismaClient({
      adapter,
      errorFormat: 'minimal',
      transactionOptions: { maxWait: connectionWaitMs },
    });
    this.acrossOrganizations = client;
    this.scoped = scoped(client, this.#running);
  }

  /** Resolves when the database answers. */
  async ping(): Promise<void> {
    await this.acrossOrganizations.$queryRaw`SELECT 1`;
  }

  /** Lets what was asked already be answered first, for at most 2 s. */
  async close(): Promise<void> {
    for (const end = performance.now() + 2_000; this.#running.size > 0 && performance.now() < end; )
      await Promise.race([Promise.allSettled(this.#running), delay(2_000, undefined, { ref: false })]);
    await this.acrossOrganizations.$disconnect();
  }
}

/** True when a row was refused because one like it is there. */
export function isDuplicate(error: unknown): boolean {
  return error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2002';
}

/** True when a row was refused because one that it names is not there. @param constraint which one it names. */
export function isMissing(error: unknown, constraint: string): boolean {
  return (
    error instanceof Prisma.PrismaClientKnownRequestError &&
    error.code === 'P2003' &&
    error.message.includes(constraint)
  );
}

const unreachableCodes: ReadonlySet<string> = new Set(['P1001', 'P1002', 'P1008', 'P1017', 'P2024', 'P2028', 'P2037']);
/** Words of Prisma's, pg's and PostgreSQL's for a connection that cannot be had or is gone (57P01 to 57P03: shutting down). */
const unreachableWords =
  /Can't reach database server|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EPIPE|Connection terminated|connection closed|timeout exceeded when trying to connect|57P0[123]|shutting down|starting up|too many (clients|connections)/i;

/** True when the database could not be asked, as against: it said no. */
export function isUnreachable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof Prisma.PrismaClientInitializationError) return true;
  if (error instanceof Prisma.PrismaClientKnownRequestError && unreachableCodes.has(error.code)) return true;
  return unreachableWords.test(`${error.message} ${String(Reflect.get(error, 'code') ?? '')}`);
}
