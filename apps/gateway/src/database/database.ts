import { PrismaPg } from '@prisma/adapter-pg';
import { Prisma, PrismaClient } from '../generated/prisma/client.ts';
import { scopeToOrganization } from './tenant-scope.ts';

/** A client on which every query of a tenant's rows names the organization, or throws. */
export type ScopedClient = ReturnType<typeof scoped>;

function scoped(client: PrismaClient) {
  return client.$extends({ name: 'tenant-scope', query: { $allModels: { $allOperations: scopeToOrganization } } });
}

/**
 * The database, as the role that serves. `scoped` is for everyone; `acrossOrganizations` for the few questions that are asked
 * before the organization is known (who is this?) and for the gateway's own upkeep.
 */
export class Database {
  readonly acrossOrganizations: PrismaClient;
  readonly scoped: ScopedClient;

  /** @param options.connections most connections held at once. */
  constructor(options: { url: string; connections: number }) {
    const adapter = new PrismaPg({
      connectionString: options.url,
      max: options.connections,
      connectionTimeoutMillis: 2_000,
      idleTimeoutMillis: 60_000,
      application_name: 'postern-gateway',
    });
    this.acrossOrganizations = new PrismaClient({ adapter });
    this.scoped = scoped(this.acrossOrganizations);
  }

  /** Resolves when the database answers. */
  async ping(): Promise<void> {
    await this.acrossOrganizations.$queryRaw`SELECT 1`;
  }

  async close(): Promise<void> {
    await this.acrossOrganizations.$disconnect();
  }
}

/** True when a row was refused because one like it is there. */
export function isDuplicate(error: unknown): boolean {
  return error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2002';
}

const unreachableCodes: ReadonlySet<string> = new Set(['P1001', 'P1002', 'P1008', 'P1017', 'P2024', 'P2028']);
const unreachableCauses =
  /ECONNREFUSED|ECONNRESET|ETIMEDOUT|Connection terminated|timeout exceeded when trying to connect|57P0[123]/;

/** True when the database could not be asked, as against: it said no. */
export function isUnreachable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof Prisma.PrismaClientInitializationError) return true;
  if (error instanceof Prisma.PrismaClientKnownRequestError && unreachableCodes.has(error.code)) return true;
  return (
    unreachableCauses.test(`${error.message} ${String(Reflect.get(error, 'code') ?? '')}`) || isUnreachable(error.cause)
  );
}
