import pg from 'pg';

export interface RoleLogin {
  name: string;
  password: string;
}

/** The role that `app` takes for queries across organizations. Nobody signs in with it. */
const systemRole = 'postern_system';

/**
 * Creates the database and its roles unless they exist: `owner` owns the schema and migrates; `app` serves, owns nothing and is
 * not a superuser, so that row-level security applies to it. A data folder of an earlier version gets the roles that it lacks.
 */
export async function ensureRoles(
  superuserUrl: string,
  database: string,
  roles: { owner: RoleLogin; app: RoleLogin },
): Promise<void> {
  const { owner, app } = roles;
  await withClient(superuserUrl, async (client) => {
    const { rows } = await client.query<{ rolname: string }>('SELECT rolname FROM pg_roles');
    const known = new Set(rows.map(({ rolname }) => rolname));
    for (const role of [owner, app]) {
      if (known.has(role.name)) continue;
      await client.query(
        `CREATE ROLE ${pg.escapeIdentifier(role.name)} LOGIN PASSWORD ${pg.escapeLiteral(role.password)}`,
      );
    }
    if (!known.has(systemRole)) await client.query(`CREATE ROLE ${systemRole}`);
    await client.query(`GRANT ${systemRole} TO ${pg.escapeIdentifier(app.name)} WITH INHERIT FALSE, SET TRUE`);
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [database]);
    if (rowCount) return;
    await client.query(`CREATE DATABASE ${pg.escapeIdentifier(database)} OWNER ${pg.escapeIdentifier(owner.name)}`);
  });
}

/** Whether all of these migrations are recorded as applied, so that Prisma need not be run. */
export async function areMigrated(url: string, migrations: string[]): Promise<boolean> {
  return withClient(url, async (client) => {
    const { rows } = await client.query("SELECT to_regclass('_prisma_migrations') IS NOT NULL AS present");
    if (!rows[0].present) return false;
    const applied = await client.query(
      'SELECT migration_name FROM _prisma_migrations WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL',
    );
    const names = new Set(applied.rows.map((row) => row.migration_name));
    return migrations.every((name) => names.has(name));
  });
}

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
