import type { Database } from '../database/database.ts';

/** A token may be made with a token, which may itself have been made with one: so many in a row at most. */
export const maxTokenChain = 8;

/** What is known of a token that another was made with, and of those before it. */
export interface TokenChain {
  /** How many there are: the token itself, the one it was made with, and so on. */
  length: number;
  /** Whether none of them was revoked, has expired, or was made before its person's credentials were all ended. */
  holds: boolean;
}

/**
 * Reads a token and those before it in one query. A chain belongs to one person, but not to one organization: a sign-in by
 * the command line makes tokens in each of its person's.
 */
export async function readTokenChain(
  { acrossOrganizations }: Database,
  { id, userId }: { id: string; userId: string },
): Promise<TokenChain> {
  const rows = await acrossOrganizations.$queryRaw<TokenChain[]>`
    WITH RECURSIVE chain AS (
      SELECT t.id, t.parent_id, t.revoked_at, t.expires_at, t.user_incarnation, 1 AS place
      FROM api_tokens t WHERE t.id = ${id}::uuid AND t.user_id = ${userId}::uuid
      UNION ALL
      SELECT t.id, t.parent_id, t.revoked_at, t.expires_at, t.user_incarnation, chain.place + 1
      FROM api_tokens t JOIN chain ON t.id = chain.parent_id
      WHERE t.user_id = ${userId}::uuid AND chain.place <= ${maxTokenChain}
    )
    SELECT count(*)::int AS length,
      coalesce(bool_and(
        chain.revoked_at IS NULL AND chain.expires_at > now() AND chain.user_incarnation = u.incarnation
      ), false) AS holds
    FROM chain, users u WHERE u.id = ${userId}::uuid`;
  return rows[0] ?? { length: 0, holds: false };
}

/** Revokes a token with all that were made with it, directly or not. @returns how many that were. */
export async function revokeTokenChain(
  { acrossOrganizations }: Database,
  { id, organizationId, userId }: { id: string; organizationId: string; userId: string },
): Promise<number> {
  return await acrossOrganizations.$executeRaw`
    WITH RECURSIVE chain AS (
      SELECT t.id FROM api_tokens t
      WHERE t.id = ${id}::uuid AND t.organization_id = ${organizationId}::uuid AND t.user_id = ${userId}::uuid
        AND t.revoked_at IS NULL
      UNION
      SELECT t.id FROM api_tokens t JOIN chain ON t.parent_id = chain.id WHERE t.user_id = ${userId}::uuid
    )
    UPDATE api_tokens SET revoked_at = now() WHERE id IN (SELECT id FROM chain) AND revoked_at IS NULL`;
}
