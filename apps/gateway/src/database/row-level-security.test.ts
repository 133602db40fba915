import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Prisma } from '../generated/prisma/client.ts';
import { tableRights } from '../test/table-rights.ts';
import { makeTenant, type TenantRows } from '../test/tenant-rows.ts';
import { startTestDatabase, type TestDatabase } from '../test/test-database.ts';
import { Database } from './database.ts';
import { MissingOrganizationError } from './tenant-scope.ts';

let server: TestDatabase;
let database: Database;
let one: TenantRows;
let two: TenantRows;

beforeAll(async () => {
  server = await startTestDatabase();
  database = new Database({ url: server.appUrl, connections: 3 });
  [one, two] = [await makeTenant(database, 'one'), await makeTenant(database, 'two')];
  for (const { organizationId, clusterId, userId } of [one, two]) await fill({ organizationId, clusterId, userId });
}, 60_000);
afterAll(async () => {
  await database.close();
  await server.stop();
});

/** A row in every table of a tenant. */
async function fill({ organizationId, clusterId, userId }: Omit<TenantRows, 'agentId'>): Promise<void> {
  const { scoped } = database;
  const expiresAt = new Date(Date.now() + 3_600_000);
  const secretHash = Buffer.alloc(32);
  await scoped.membership.create({ data: { organizationId, userId, role: 'owner' } });
  const token = { organizationId, userId, userIncarnation: 1, kind: 'api', name: 'ci', secretHash, hint: 'x' } as const;
  await scoped.apiToken.create({ data: { ...token, expiresAt } });
  await scoped.joinToken.create({ data: { organizationId, clusterId, secretHash, expiresAt } });
  const session = { organizationId, clusterId, userId, kind: 'exec', namespace: 'default', pod: 'web' } as const;
  const from = { clientAddress: '::1', userAgent: 'kubectl' };
  const { id: sessionId } = await scoped.session.create({ data: { ...session, ...from } });
  await scoped.sessionViewer.create({ data: { organizationId, sessionId, userId, canType: false, ...from } });
  await database.transaction(organizationId, async (transaction) => {
    const account = await transaction.user.create({ data: { kind: 'serviceAccount' }, select: { id: true } });
    const data = { organizationId, userId: account.id, name: 'bot', createdById: userId };
    await transaction.serviceAccount.create({ data });
  });
  const access = { organizationId, userId, clusterId, level: 'viewer' } as const;
  const { id: bindingId } = await scoped.binding.create({ data: { ...access, createdById: userId } });
  const request = { ...access, bindingId, reason: 'x', durationSeconds: 60, expiresAt };
  await scoped.accessRequest.create({ data: request });
  const key = { organizationId, sessionId };
  await scoped.recording.create({ data: { ...key, storage: 'postgres' } });
  await scoped.recordingChunk.create({ data: { ...key, sequence: 0, data: secretHash } });
  const hash = Buffer.alloc(32);
  await scoped.auditHead.create({ data: { organizationId, hash, anchorHash: hash } });
  await scoped.auditWebhook.create({ data: { organizationId, url: 'https://example.com', deliveredSeq: 0 } });
  await database.acrossOrganizations.auditEvent.create({
    data: { organizationId, seq: 1, id: randomUUID(), at: new Date(), event: {}, previous: hash, hash },
  });
  const { id: teamId } = await scoped.team.create({ data: { organizationId, slug: 'sre', name: 'SRE' } });
  await scoped.teamMember.create({ data: { organizationId, teamId, userId } });
  const invitation = { organizationId, email: 'x@example.com', role: 'member', secretHash, expiresAt } as const;
  await scoped.invitation.create({ data: { ...invitation, invitedById: userId } });
  const issuer = 'https://id.example.com';
  const client = { issuer, clientId: 'postern', sealedSecret: secretHash, groupsClaim: 'groups', groupMappings: [] };
  const { id: providerId } = await scoped.oidcProvider.create({
    data: { organizationId, ...client, trustsSecondFactor: false },
  });
  await scoped.oidcLink.create({ data: { organizationId, userId, issuer, subject: 'ann' } });
  const ownHash = Buffer.from(organizationId.replaceAll('-', ''), 'hex');
  await scoped.oidcTransaction.create({ data: { organizationId, providerId, secretHash: ownHash, expiresAt } });
}

/** Runs statements on one connection of the serving role. */
async function asApp<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: server.appUrl });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Runs statements in a transaction of an organization, and undoes them. */
const within = <T>(organizationId: string, work: (client: pg.Client) => Promise<T>): Promise<T> =>
  asApp(async (client) => {
    await client.query('BEGIN');
    await client.query("SELECT set_config('postern.organization', $1, true)", [organizationId]);
    return await work(client);
  });

/** The tables of a tenant's rows. */
async function tenantTables(): Promise<string[]> {
  const { rows } = await server.run(
    `SELECT table_name AS name FROM information_schema.columns
     WHERE table_schema = 'public' AND column_name = 'organization_id' ORDER BY 1`,
  );
  return rows.map(({ name }) => name as string);
}

/** Of these, the tables of which the serving role may read rows. */
const readableTables = async (): Promise<string[]> =>
  (await tenantTables()).filter((name) => tableRights[name]?.app?.includes('SELECT'));

describe('every table', () => {
  it('has the rights that are declared, and no others', async () => {
    const { rows } = await server.run(
      `SELECT c.relname AS table, replace(r.rolname, 'postern_', '') AS role, p.privilege,
         has_table_privilege(r.oid, c.oid, p.privilege) AS whole,
         CASE WHEN p.privilege IN ('SELECT', 'INSERT', 'UPDATE', 'REFERENCES') THEN (
           SELECT array_agg(a.attname::text ORDER BY a.attname) FROM pg_attribute a
           WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
             AND has_column_privilege(r.oid, c.oid, a.attnum, p.privilege)
         ) END AS columns
       FROM pg_class c, pg_roles r,
         unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER', 'MAINTAIN'])
           WITH ORDINALITY AS p(privilege, place)
       WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.relnamespace = 'public'::regnamespace
         AND r.rolname IN ('postern_app', 'postern_system')
       ORDER BY c.relname, r.rolname, p.place`,
    );
    const found: Record<string, Record<string, string[]>> = {};
    for (const { table, role, privilege, columns, whole } of rows) {
      found[table] ??= {};
      const rights = found[table];
      if (!whole && columns === null) continue;
      rights[role] ??= [];
      rights[role].push(whole ? privilege : `${privilege} (${columns.join(', ')})`);
    }
    expect(found).toEqual(tableRights);
  });

  it('of a tenant has forced row-level security, and a policy of the organization for the serving role', async () => {
    const { rows } = await server.run(
      `SELECT c.relname AS name, c.relrowsecurity AND c.relforcerowsecurity AS forced,
         (SELECT json_agg(json_build_array(p.polname, p.polpermissive, p.polcmd,
            (SELECT array_agg(rolname::text) FROM pg_roles WHERE oid = ANY(p.polroles)),
            pg_get_expr(p.polqual, c.oid), pg_get_expr(p.polwithcheck, c.oid)) ORDER BY p.polname)
          FROM pg_policy p WHERE p.polrelid = c.oid) AS policies
       FROM pg_class c WHERE c.oid = ANY('{${[...(await tenantTables()), 'organizations']}}'::regclass[]) ORDER BY 1`,
    );
    expect(rows.length).toBeGreaterThan(10);
    for (const { name, forced, policies } of rows) {
      expect([name, forced]).toEqual([name, true]);
      const column = name === 'organizations' ? 'id' : 'organization_id';
      const own = ['organization', true, '*', ['postern_app'], `(${column} = postern_organization())`, null];
      const system = ['system', true, '*', ['postern_system'], 'true', null];
      // As the owner, a function deletes what is too old (`audit_expire`).
      const owner = ['owner', true, '*', ['postern_owner'], `(${column} = postern_organization())`, null];
      const rest = tableRights[name]?.system === undefined ? [] : [system];
      const expired = ['audit_events', 'audit_heads'].includes(name) ? [owner] : [];
      expect([name, policies]).toEqual([name, [own, ...expired, ...rest]]);
    }
  });

  it('has rows of both organizations, so that the tests below could see a foreign one', async () => {
    for (const name of await readableTables()) {
      const { rows } = await server.run(`SELECT count(DISTINCT organization_id)::int AS count FROM ${name}`);
      expect([name, rows[0].count]).toEqual([name, 2]);
    }
  });
});

describe('the serving role', () => {
  it('has no rights beyond its own, and takes only the role for queries across organizations', async () => {
    const { rows } = await server.run(
      `SELECT rolname, rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication AS "isMore", rolcanlogin
       FROM pg_roles WHERE rolname IN ('postern_app', 'postern_system') ORDER BY 1`,
    );
    expect(rows).toEqual([
      { rolname: 'postern_app', isMore: false, rolcanlogin: true },
      { rolname: 'postern_system', isMore: false, rolcanlogin: false },
    ]);
    const members = await server.run(
      `SELECT roleid::regrole::text AS of, inherit_option, set_option, admin_option FROM pg_auth_members
       WHERE member IN ('postern_app'::regrole, 'postern_system'::regrole)`,
    );
    expect(members.rows).toEqual([
      { of: 'postern_system', inherit_option: false, set_option: true, admin_option: false },
    ]);
  });

  it.each(['postern_owner', 'postgres', 'pg_read_all_data'])('cannot take the role %s', async (role) => {
    await asApp((client) => expect(client.query(`SET ROLE ${role}`)).rejects.toThrow(/permission denied/));
  });

  it('sees no row of any table without an organization, and none after a transaction of one', async () => {
    await asApp(async (client) => {
      const tables = [...(await readableTables()), 'organizations', 'users'];
      const counts = async () => {
        const found: Record<string, number> = {};
        for (const name of tables) {
          const { rows } = await client.query(`SELECT count(*)::int AS count FROM ${name}`);
          found[name] = rows[0].count;
        }
        return found;
      };
      const none = Object.fromEntries(tables.map((name) => [name, 0]));
      expect(await counts()).toEqual(none);
      await client.query('BEGIN');
      await client.query("SELECT set_config('postern.organization', $1, true)", [one.organizationId]);
      expect(Object.values(await counts())).not.toContain(0);
      await client.query('COMMIT');
      expect(await counts()).toEqual(none);
    });
  });

  it('writes nothing without an organization', async () => {
    await asApp(async (client) => {
      const { organizationId, userId } = one;
      const refused = /violates row-level security/;
      const add = 'INSERT INTO clusters (id, organization_id, name) VALUES ($1, $2, $3)';
      await expect(client.query(add, [randomUUID(), organizationId, 'x'])).rejects.toThrow(refused);
      const join = "INSERT INTO memberships (organization_id, user_id, role) VALUES ($1, $2, 'owner')";
      await expect(client.query(join, [organizationId, userId])).rejects.toThrow(refused);
      const account = "INSERT INTO users (id, kind) VALUES ($1, 'service-account')";
      await expect(client.query(account, [randomUUID()])).rejects.toThrow(refused);
      for (const change of [
        "UPDATE clusters SET name = 'x'",
        "UPDATE organizations SET name = 'x'",
        'UPDATE api_tokens SET revoked_at = now()',
        'UPDATE bindings SET revoked_at = now()',
        'UPDATE sessions SET ended_at = now()',
        'DELETE FROM memberships',
      ])
        expect([change, (await client.query(change)).rowCount]).toEqual([change, 0]);
    });
  });

  it.each([
    ['adds a row', 'INSERT INTO clusters (id, organization_id, name) VALUES (gen_random_uuid(), $1, $$x$$)'],
    ['moves a row', 'UPDATE clusters SET organization_id = $1'],
    ['moves a membership', 'UPDATE memberships SET organization_id = $1'],
  ])('in a transaction of one organization never %s into another', async (_, statement) => {
    await within(one.organizationId, (client) =>
      expect(client.query(statement, [two.organizationId])).rejects.toThrow(/violates row-level security/),
    );
  });

  it('changes no row of another organization, in any table', async () => {
    for (const name of await readableTables()) {
      const updated = tableRights[name]?.app?.find((right) => right.startsWith('UPDATE'));
      if (updated === undefined) continue;
      const column = /\((\w+)/.exec(updated)?.[1] ?? 'organization_id';
      const changed = await within(one.organizationId, (client) =>
        client.query(`UPDATE ${name} SET ${column} = ${column} WHERE organization_id = $1`, [two.organizationId]),
      );
      expect([name, changed.rowCount]).toEqual([name, 0]);
    }
  });

  it.each(['SELECT password_hash FROM users', 'SELECT secret_hash FROM api_tokens', 'SELECT * FROM browser_sessions'])(
    'may not run: %s',
    async (statement) => {
      await within(one.organizationId, (client) =>
        expect(client.query(statement)).rejects.toThrow(/permission denied/),
      );
    },
  );
});

describe('connections across organizations', () => {
  const role = async () =>
    (await database.acrossOrganizations.$queryRaw<{ role: string }[]>`SELECT current_user::text AS role`)[0]?.role;

  it('have their role from the start, keep it over a reset, and have it again on a new connection', async () => {
    expect(await role()).toBe('postern_system');
    await database.acrossOrganizations.$executeRawUnsafe('RESET ALL');
    await database.acrossOrganizations.$executeRawUnsafe('RESET ROLE');
    await database.acrossOrganizations.$executeRawUnsafe('DISCARD ALL');
    expect(await role()).toBe('postern_system');
    await server.run(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'postern-gateway'`,
    );
    await expect.poll(() => role().catch(() => null)).toBe('postern_system');
  });

  it('keep the options of the URL', async () => {
    const other = new Database({ url: `${server.appUrl}?options=-c%20statement_timeout%3D7s`, connections: 2 });
    const shown = await other.acrossOrganizations.$queryRaw`
      SELECT current_user::text AS role, current_setting('statement_timeout') AS timeout`;
    expect(shown).toEqual([{ role: 'postern_system', timeout: '7s' }]);
    await other.close();
  });

  it('are never those of scoped queries', async () => {
    const [row] = await database.transaction(
      one.organizationId,
      (transaction) => transaction.$queryRaw<{ role: string }[]>`SELECT current_user::text AS role`,
    );
    expect(row).toEqual({ role: 'postern_app' });
  });
});

describe('a connection of scoped queries', () => {
  it('goes back to the pool without an organization, after a query and after a failure', async () => {
    const narrow = new Database({ url: server.appUrl, connections: 2 });
    const { organizationId } = one;
    // Not offered by the type, because it would see nothing.
    const { $queryRawUnsafe } = narrow.scoped as unknown as Pick<Database['acrossOrganizations'], '$queryRawUnsafe'>;
    const sql = `SELECT coalesce(current_setting('postern.organization', true), '') AS setting, count(*)::int AS rows FROM clusters`;
    const outside = () => Reflect.apply($queryRawUnsafe, narrow.scoped, [sql]);
    const nothing = [{ setting: '', rows: 0 }];
    expect(await narrow.scoped.cluster.count({ where: { organizationId } })).toBe(1);
    expect(await outside()).toEqual(nothing);
    expect(
      await narrow.transaction(organizationId, ({ cluster }) => cluster.count({ where: { organizationId } })),
    ).toBe(1);
    expect(await outside()).toEqual(nothing);
    const twice = { id: one.clusterId, organizationId, name: 'twice' };
    await expect(narrow.scoped.cluster.create({ data: twice })).rejects.toThrow(/unique/i);
    expect(await outside()).toEqual(nothing);
    await expect(narrow.transaction(organizationId, () => Promise.reject(new Error('own')))).rejects.toThrow('own');
    expect(await outside()).toEqual(nothing);
    await narrow.close();
  });
});

describe('a migration, as the owner of the schema', () => {
  it('sees no row of a tenant, and all of them where it lifts the policy', async () => {
    const client = new pg.Client({ connectionString: server.ownerUrl });
    await client.connect();
    const touched = async () => (await client.query('UPDATE clusters SET labels = labels')).rowCount;
    expect(await touched()).toBe(0);
    await client.query('BEGIN');
    await client.query('ALTER TABLE clusters NO FORCE ROW LEVEL SECURITY');
    expect(await touched()).toBe(2);
    await client.query('ROLLBACK');
    // Only then is a new constraint checked against the rows, too.
    const add = 'ALTER TABLE clusters ADD COLUMN other uuid DEFAULT gen_random_uuid() REFERENCES clusters (id)';
    await client.query('ALTER TABLE clusters NO FORCE ROW LEVEL SECURITY');
    await expect(client.query(add)).rejects.toThrow(/foreign key/);
    await client.query('ALTER TABLE clusters FORCE ROW LEVEL SECURITY');
    await client.end();
  });
});

describe('10,000 interleaved queries of two organizations on two connections', () => {
  it('find no foreign row', async () => {
    const tenants = [one, two];
    const foreign: unknown[] = [];
    let seen = 0;
    const ask = async (turn: number): Promise<void> => {
      const { organizationId } = tenants[turn % 2] as TenantRows;
      // Every fourth in plain SQL, which has no filter of its own; some fail, and give their connection back.
      const rows =
        turn % 4 < 3
          ? await database.scoped.cluster.findMany({ where: { organizationId }, select: { organizationId: true } })
          : await database
              .transaction(
                organizationId,
                (transaction) =>
                  transaction.$queryRaw<{ organizationId: string }[]>`
                  SELECT organization_id AS "organizationId" FROM clusters WHERE 1 / ${turn % 20 === 3 ? 0 : 1} = 1`,
              )
              .catch(() => null);
      if (rows === null) return;
      seen += rows.length;
      foreign.push(...rows.filter((row) => row.organizationId !== organizationId));
    };
    for (let turn = 0; turn < 10_000; turn += 20)
      await Promise.all(Array.from({ length: 20 }, (_, place) => ask(turn + place)));
    expect(foreign).toEqual([]);
    expect(seen).toBe(9_500);
  }, 120_000);
});

describe('without the organization', () => {
  const clauses = {
    create: { data: {} },
    createMany: { data: [{}] },
    createManyAndReturn: { data: [{}] },
    upsert: { where: {}, create: {}, update: {} },
    groupBy: { by: ['organizationId'] },
  };
  const models = Object.values(Prisma.ModelName).map((name) => name.charAt(0).toLowerCase() + name.slice(1));

  it.each(models)('every query of %s throws', async (model) => {
    const delegate: Record<string, (asked: object) => Promise<unknown>> = Reflect.get(database.scoped, model);
    const operations = Object.keys(delegate).filter((name) => !/^[$_]|^(name|fields)$/.test(name));
    expect(operations.length).toBeGreaterThanOrEqual(17);
    for (const operation of operations)
      for (const organizationId of [undefined, null, '', { not: '' }, { in: [one.organizationId] }]) {
        const named = model === 'organization' ? { id: organizationId } : { organizationId };
        const { data, where, create, ...more } = {
          where: {},
          data: {},
          create: {},
          ...Reflect.get(clauses, operation),
        };
        const asked = {
          ...more,
          where: { ...where, ...named },
          data: Array.isArray(data) ? [named] : named,
          create: { ...create, ...named },
        };
        const failed = await delegate[operation]?.(asked).catch((error: unknown) => error);
        expect([operation, organizationId, failed]).toEqual([
          operation,
          organizationId,
          expect.any(MissingOrganizationError),
        ]);
      }
  });

  it('a transaction throws, and so does a query in it that names another one', async () => {
    const none = undefined as unknown as string;
    await expect(database.transaction(none, async () => 1)).rejects.toThrow(MissingOrganizationError);
    const where = { organizationId: two.organizationId };
    const foreign = database.transaction(one.organizationId, ({ cluster }) => cluster.findMany({ where }));
    await expect(foreign).rejects.toThrow(MissingOrganizationError);
    const mixed = { data: [one, two].map(({ organizationId }) => ({ organizationId, name: 'x' })) };
    await expect(database.scoped.cluster.createMany(mixed)).rejects.toThrow(MissingOrganizationError);
  });
});
