import type { Database } from '../database/database.ts';

/** Maximum length of a chain of tokens, each made with the one before. */
export const maxTokenChain = 8;

/** State of a token's chain: the token, the one it was made with, and so on. */
export interface TokenChain {
  /** Number of tokens in the chain, including the token itself. */
  length: number;
  /** Whether all of them are valid: not revoked, not expired, and not made before all of the person's credentials were ended. */
  holds: boolean;
}

/**
 * Reads a token's chain in one query. A chain belongs to one person, but may span organizations: a sign-in with the command
 * line can make tokens in each of the person's.
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

/** Revokes a token with all tokens made with it, directly or indirectly. @returns how many were revoked. */
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
