import type { Database } from '../database/database.ts';
import { Prisma } from '../generated/prisma/client.ts';
import type { Principal } from './principal.ts';

/** The account behind a credential, at the moment of reading. */
interface Holder {
  userId: string;
  /** As in `Principal`. */
  username: string;
  incarnation: number;
  disabledAt: Date | null;
  memberships: (Principal['memberships'][number] & { isWithheld: boolean })[];
}

export interface BrowserSessionRow extends Holder {
  userIncarnation: number;
  revokedAt: Date | null;
  expiresAt: Date;
  /** The only organization that it opens, whose provider vouched for the person; null for a sign-in of their own. */
  providerOf: string | null;
  /** Whether that organization believes its provider that it asked for a second factor, and it did. */
  hasProvidersFactor: boolean;
}

export interface TokenRow extends Omit<BrowserSessionRow, 'providerOf' | 'hasProvidersFactor'> {
  id: string;
  organizationId: string;
  /** The only cluster that it opens. */
  clusterId: string | null;
  /** The token that it was made with. */
  parentId: string | null;
  kind: 'api' | 'cli' | 'kubeconfig';
  secretHash: Buffer;
  lastUsedAt: Date | null;
  /** Permissions that a token of the kind `api` is limited to. */
  scopes: string[];
}

// Plain SQL: each nested query of Prisma's blocks the event loop for several milliseconds while it is compiled, and these
// are run for every credential in use, every few seconds.
const holder = Prisma.sql`
  u.id AS "userId", u.incarnation,
  coalesce(u.email, (SELECT 'service-account:' || a.name FROM service_accounts a WHERE a.user_id = u.id)) AS username, u.disabled_at AS "disabledAt",
  coalesce((
    SELECT json_agg(json_build_object('organizationId', m.organization_id, 'role', m.role, 'slug', o.slug,
      'isWithheld', o.require_second_factor AND u.email IS NOT NULL AND NOT (
        EXISTS (SELECT FROM totp_factors f WHERE f.user_id = u.id AND f.confirmed_at IS NOT NULL)
        OR EXISTS (SELECT FROM passkeys p WHERE p.user_id = u.id)
      )))
    FROM memberships m JOIN organizations o ON o.id = m.organization_id WHERE m.user_id = u.id
  ), '[]'::json) AS memberships`;

/** Null for an unknown token, and for one whose cluster was deleted. @param id a UUID. */
export async function readToken({ acrossOrganizations }: Database, id: string): Promise<TokenRow | null> {
  const [row] = await acrossOrganizations.$queryRaw<(Omit<TokenRow, 'secretHash'> & { secretHash: string })[]>`
    SELECT t.id, t.organization_id AS "organizationId", t.cluster_id AS "clusterId", t.parent_id AS "parentId",
      t.kind::text AS kind, encode(t.secret_hash, 'hex') AS "secretHash", t.last_used_at AS "lastUsedAt", t.scopes,
      t.user_incarnation AS "userIncarnation", t.revoked_at AS "revokedAt", t.expires_at AS "expiresAt", ${holder}
    FROM api_tokens t JOIN users u ON u.id = t.user_id
    WHERE t.id = ${id}::uuid AND (t.cluster_id IS NULL OR EXISTS (
      SELECT FROM clusters c
      WHERE c.id = t.cluster_id AND c.organization_id = t.organization_id AND c.deleted_at IS NULL
    ))`;
  return row === undefined ? null : { ...row, secretHash: Buffer.from(row.secretHash, 'hex') };
}

/** Null for an unknown session. @param id a UUID. */
export async function readBrowserSession(
  { acrossOrganizations }: Database,
  id: string,
): Promise<BrowserSessionRow | null> {
  const [row] = await acrossOrganizations.$queryRaw<BrowserSessionRow[]>`
    SELECT s.user_incarnation AS "userIncarnation", s.revoked_at AS "revokedAt", s.expires_at AS "expiresAt",
      s.provider_of AS "providerOf", s.provider_of IS NOT NULL AND s.second_factor_at IS NOT NULL AS "hasProvidersFactor", ${holder}
    FROM browser_sessions s JOIN users u ON u.id = s.user_id
    WHERE s.id = ${id}::uuid`;
  return row ?? null;
}
