/** Models without an organization of their own: the tenants themselves, and what belongs to a person. */
const tenantless: ReadonlySet<string> = new Set(['User', 'Organization', 'BrowserSession']);

/** A query of a tenant's rows that does not name the tenant. A bug, found before it reaches the database. */
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
 * Lets a query through when it names exactly one organization at its top level: `where.organizationId` of what is read,
 * changed or removed, `data.organizationId` of what is made. Prisma itself ignores a filter that is `undefined`.
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

/** Has an `organizationId` that is one id, or a compound key with one. An operator (`not`, `in`) is not. */
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
