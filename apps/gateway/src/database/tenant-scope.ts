/** Models without an organization: the tenants themselves, and rows that belong to a person. */
const tenantless: ReadonlySet<string> = new Set(['User', 'Organization', 'BrowserSession']);

/** A query of tenant rows that does not name the organization: a bug, caught before it reaches the database. */
export class MissingOrganizationError extends Error {
  override readonly name = 'MissingOrganizationError';
}

interface Operation {
  model: string;
  operation: string;
  // biome-ignore lint/suspicious/noExplicitAny: Prisma's arguments differ by model and operation; only their shape is read.
  args: any;
  // biome-ignore lint/suspicious/noExplicitAny: as above.
  query: (args: any) => Promise<any>;
}

/**
 * Runs a query only if it names exactly one organization at its top level: in `where.organizationId` to read, update or delete,
 * in `data.organizationId` to create. Prisma itself ignores a filter that is `undefined`.
 * @throws {MissingOrganizationError}
 */
export function scopeToOrganization({ model, operation, args, query }: Operation) {
  if (!tenantless.has(model) && !namesOrganization(operation, args)) {
    throw new MissingOrganizationError(`${model}.${operation} without organizationId`);
  }
  return query(args);
}

function namesOrganization(operation: string, args: unknown): boolean {
  const where = isNamed(field(args, 'where'));
  const data = field(args, 'data');
  switch (operation) {
    case 'create':
      return isNamed(data);
    case 'createMany':
    case 'createManyAndReturn':
      return Array.isArray(data) ? data.length > 0 && data.every(isNamed) : isNamed(data);
    case 'upsert':
      return where && isNamed(field(args, 'create'));
    default:
      return where;
  }
}

/** Whether a clause has a single id as `organizationId`, or a compound key with one. Operators (`not`, `in`) do not count. */
function isNamed(clause: unknown): boolean {
  return (
    typeof field(clause, 'organizationId') === 'string' ||
    typeof field(field(clause, 'id_organizationId'), 'organizationId') === 'string' ||
    typeof field(field(clause, 'organizationId_userId'), 'organizationId') === 'string'
  );
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? Reflect.get(value, name)
    : undefined;
}
