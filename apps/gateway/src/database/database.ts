import { setTimeout as delay } from 'node:timers/promises';
import { PrismaPg } from '@prisma/adapter-pg';
import { Prisma, PrismaClient } from '../generated/prisma/client.ts';
import { SerialClient } from './serial-client.ts';
import { MissingOrganizationError, organizationOf, type Query, requireOrganization } from './tenant-scope.ts';

/** Columns that the serving role may not read, so that Prisma does not ask for them. */
const secret = {
  user: { passwordHash: true },
  apiToken: { secretHash: true },
  joinToken: { secretHash: true },
  invitation: { secretHash: true, mailedSecretHash: true },
} as const;

/** Connections as the serving role. */
function tenantClient(url: string, connections: number) {
  return new PrismaClient({ ...settings(url, connections), omit: secret });
}

type TenantClient = ReturnType<typeof tenantClient>;

/** Makes the rest of the transaction see and write rows of this organization only. */
function setOrganization<T>(client: { $queryRaw: (query: Prisma.Sql) => T }, organizationId: string): T {
  return client.$queryRaw(Prisma.sql`SELECT set_config('postern.organization', ${organizationId}, true)`);
}

/** A client that runs each query in a transaction of the organization that the query names, and throws if it names none. */
function scopedClient(client: TenantClient, track: <T>(work: Promise<T>) => Promise<T>) {
  return client.$extends({
    name: 'tenant-scope',
    query: {
      $allModels: {
        async $allOperations({ query, ...asked }: Query & { query: (args: never) => Prisma.PrismaPromise<unknown> }) {
          const organization = setOrganization(client, organizationOf(asked));
          const [, answer] = await track(client.$transaction([organization, query(asked.args as never)]));
          return answer;
        },
      },
    },
  });
}

/** A client whose transactions are for one organization. */
function clientOf(client: TenantClient, organizationId: string) {
  return client.$extends({
    name: 'tenant-transaction',
    query: {
      $allModels: {
        async $allOperations({ query, ...asked }: Query & { query: (args: never) => Prisma.PrismaPromise<unknown> }) {
          requireOrganization(asked, organizationId);
          return await query(asked.args as never);
        },
      },
    },
  });
}

/** A transaction of one organization. A query of tenant rows that does not name that organization throws. */
export type ScopedClient = Omit<
  ReturnType<typeof clientOf>,
  '$connect' | '$disconnect' | '$on' | '$transaction' | '$extends'
>;

/** The models, without raw queries and transactions: those need an organization first. */
type Models<Client> = { [Name in keyof Client as Name extends `$${string}` ? never : Name]: Client[Name] };

/**
 * How long a query or a transaction waits for a connection, new or from the pool, in milliseconds. A briefly busy gateway must
 * not seem to have lost its database.
 */
const connectionWaitMs = 5_000;

/** The part of the connections that is for `acrossOrganizations`. */
const systemShare = 0.3;

function settings(url: string, connections: number) {
  const adapter = new PrismaPg({
    connectionString: url,
    max: connections,
    connectionTimeoutMillis: connectionWaitMs,
    idleTimeoutMillis: 60_000,
    application_name: 'postern-gateway',
    Client: SerialClient,
  });
  // Minimal: messages without the arguments, which may contain personal data.
  return { adapter, errorFormat: 'minimal', transactionOptions: { maxWait: connectionWaitMs } } as const;
}

/**
 * The same database with connections that have the role `postern_system` from their first query. It is a setting of the
 * connection itself, so nothing that a query does or resets can leave one without.
 */
function asSystem(url: string): string {
  const address = new URL(url);
  const options = [address.searchParams.get('options'), '-c role=postern_system'].filter((one) => one !== null);
  address.searchParams.set('options', options.join(' '));
  return address.href;
}

/**
 * The database, as the serving role: PostgreSQL itself shows each query the rows of one organization only (ADR 12). Use
 * `scoped`, and `transaction` for several queries or plain SQL. `acrossOrganizations` is for queries made before the organization
 * is known (identity) and for the gateway's own maintenance; its role has grants of its own.
 */
export class Database {
  readonly acrossOrganizations: PrismaClient;
  readonly scoped: Models<ReturnType<typeof scopedClient>>;
  readonly #tenants: TenantClient;
  readonly #running = new Set<Promise<unknown>>();

  /** @param options.connections the maximum number of open connections, at least 2. */
  constructor({ url, connections }: { url: string; connections: number }) {
    const forSystem = Math.max(1, Math.round(connections * systemShare));
    this.acrossOrganizations = new PrismaClient(settings(asSystem(url), forSystem));
    this.#tenants = tenantClient(url, Math.max(1, connections - forSystem));
    this.scoped = scopedClient(this.#tenants, (work) => this.#track(work));
  }

  /**
   * Runs queries of one organization in one transaction.
   * @param options.timeout in milliseconds, 5 s by default.
   * @throws {MissingOrganizationError} if a query names no organization, or another one.
   */
  async transaction<T>(
    organizationId: string,
    work: (transaction: ScopedClient) => Promise<T>,
    options: { timeout?: number; isolationLevel?: Prisma.TransactionIsolationLevel } = {},
  ): Promise<T> {
    if (typeof organizationId !== 'string' || organizationId === '')
      throw new MissingOrganizationError('a transaction without an organization');
    return await this.#track(
      clientOf(this.#tenants, organizationId).$transaction(async (transaction) => {
        await setOrganization(transaction, organizationId);
        return await work(transaction);
      }, options),
    );
  }

  /** Resolves when the database responds to both roles. */
  async ping(): Promise<void> {
    await Promise.all([this.acrossOrganizations.$queryRaw`SELECT 1`, this.#tenants.$queryRaw`SELECT 1`]);
  }

  /** Waits for running queries first, for at most 2 s. */
  async close(): Promise<void> {
    for (const end = performance.now() + 2_000; this.#running.size > 0 && performance.now() < end; )
      await Promise.race([Promise.allSettled(this.#running), delay(2_000, undefined, { ref: false })]);
    await Promise.all([this.acrossOrganizations.$disconnect(), this.#tenants.$disconnect()]);
  }

  #track<T>(work: Promise<T>): Promise<T> {
    this.#running.add(work);
    const forget = () => this.#running.delete(work);
    work.then(forget, forget);
    return work;
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
