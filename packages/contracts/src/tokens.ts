import { z } from 'zod';
import { permissions } from './permissions.ts';
import { DisplayName, Id, Instant, Lifetime } from './primitives.ts';

/** `api`: created by a person. `cli`: created by `postern login`. `kubeconfig`: in a downloaded kubeconfig, for one cluster. */
export const TokenKind = z.enum(['api', 'cli', 'kubeconfig']);

export const ApiToken = z.object({
  id: Id,
  name: z.string(),
  kind: TokenKind,
  /** First characters of the secret, to distinguish tokens. */
  hint: z.string(),
  clusterId: Id.nullable(),
  /** The only permissions that an `api` token carries; null for the other kinds, which carry what their kind opens. */
  scopes: z.array(z.string()).nullable(),
  createdAt: Instant,
  expiresAt: Instant,
  lastUsedAt: Instant.nullable(),
});
export type ApiToken = z.infer<typeof ApiToken>;

export const CreateTokenRequest = z.strictObject({
  name: DisplayName,
  expiresInSeconds: Lifetime.default(7_776_000),
  /** Default: every permission that the credential making it has. None may be beyond those. */
  scopes: z.array(z.enum(permissions)).min(1).max(permissions.length).optional(),
});
export type CreateTokenRequest = z.input<typeof CreateTokenRequest>;

/** A new token. `secret` is shown only here. */
export const CreatedToken = z.object({ token: ApiToken, secret: z.string() });
export type CreatedToken = z.infer<typeof CreatedToken>;
