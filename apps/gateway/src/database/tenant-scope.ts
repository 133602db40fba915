/** A query that does not name the one organization whose rows it is for: a bug, caught before it reaches the database. */
export class MissingOrganizationError extends Error {
  override readonly name = 'MissingOrganizationError';
}

/** A query as Prisma describes it to an extension. */
export interface Query {
  model: string;
  operation: string;
  args: unknown;
}

/**
 * The organization of a query of tenant rows: the only one that it names at its top level, in `where.organizationId` to read,
 * update or delete, in `data.organizationId` to create. Of `Organization` itself it is the id. Prisma ignores a filter that is
 * `undefined`, and operators (`not`, `in`) could mean several organizations, so neither counts.
 * @throws {MissingOrganizationError} also for models that belong to no organization.
 */
export function organizationOf({ model, operation, args }: Query): string {
  const named = new Set(clausesOf(operation, args).map((clause) => nameIn(clause, model)));
  const [organizationId] = named;
  if (named.size === 1 && organizationId !== undefined) return organizationId;
  throw new MissingOrganizationError(`${model}.${operation} without exactly one organizationId`);
}

/** Models of people, who may be of several organizations. A transaction of an organization may show who they are. */
const people: ReadonlySet<string> = new Set(['User']);

/**
 * Lets a query pass in a transaction of one organization.
 * @throws {MissingOrganizationError} if it names none or another one.
 */
export function requireOrganization(query: Query, organizationId: string): void {
  if (people.has(query.model) || organizationOf(query) === organizationId) return;
  throw new MissingOrganizationError(`${query.model}.${query.operation} in a transaction of another organization`);
}

/** The clauses of which each must name the organization. */
function clausesOf(operation: string, args: unknown): unknown[] {
  const where = field(args, 'where');
  const data = field(args, 'data');
  switch (operation) {
    case 'create':
      return [data];
    case 'createMany':
    case 'createManyAndReturn':
      return Array.isArray(data) ? data : [data];
    case 'upsert':
      return [where, field(args, 'create')];
    default:
      return [where];
  }
}

function nameIn(clause: unknown, model: string): string | undefined {
  if (model === 'Organization') return text(field(clause, 'id'));
  const named = [field(clause, 'organizationId'), ...compoundKeys(clause).map((key) => field(key, 'organizationId'))];
  const given = new Set(named.filter((one) => one !== undefined));
  const [only] = given;
  return given.size === 1 ? text(only) : undefined;
}

/** Values of keys like `id_organizationId`, as Prisma names unique keys of several columns. */
function compoundKeys(clause: unknown): unknown[] {
  if (typeof clause !== 'object' || clause === null) return [];
  const parts = (name: string): boolean => name.includes('_') && name.split('_').includes('organizationId');
  return Object.entries(clause).flatMap(([name, value]) => (parts(name) ? [value] : []));
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? Reflect.get(value, name)
    : undefined;
}
