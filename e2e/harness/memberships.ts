import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';

/** Who belongs to an organization, and as what. */
export interface Member {
  /** Of an account that exists. */
  email: string;
  /** The organization's slug. */
  organization: string;
  /** Null: no longer a member. */
  role: 'member' | 'auditor' | 'admin' | 'owner' | null;
}

/**
 * Makes an account a member of an organization, with this role, or none any more. Directly in the database of a product that
 * `startProduct` has started, because there is no invitation yet.
 *
 * @param data the product's data folder.
 */
export async function setMember(data: string, { email, organization, role }: Member): Promise<void> {
  const [, , , port] = readFileSync(join(data, 'postgres/cluster/postmaster.pid'), 'utf8').split('\n');
  const client = new pg.Client({
    host: '127.0.0.1',
    port: Number(port),
    user: 'postgres',
    password: readFileSync(join(data, 'postgres.secret'), 'utf8'),
    database: 'postern',
  });
  await client.connect();
  try {
    await client.query(
      `DELETE FROM memberships USING users, organizations
       WHERE users.id = user_id AND organizations.id = organization_id AND users.email = $1 AND organizations.slug = $2`,
      [email, organization],
    );
    if (role === null) return;
    const { rowCount } = await client.query(
      `INSERT INTO memberships (organization_id, user_id, role)
       SELECT organizations.id, users.id, $3::role FROM users, organizations WHERE users.email = $1 AND organizations.slug = $2`,
      [email, organization, role],
    );
    if (rowCount !== 1) throw new Error(`there is no account ${email}, or no organization ${organization}`);
  } finally {
    await client.end();
  }
}
