import { createHash } from 'node:crypto';
import { z } from 'zod';

/** Who this agent is: made once from a join token, proven with the private key at every connect. */
export const Identity = z.object({
  version: z.literal(1),
  agentId: z.string().min(1).max(200),
  clusterId: z.string().min(1).max(200),
  clusterName: z.string().max(200),
  organization: z.string().max(200),
  /** Of the gateway that enrolled it. */
  gatewayUrl: z.url(),
  tunnelUrls: z.array(z.url({ protocol: /^wss$/ })).min(1),
  /** Ed25519, PKCS #8 in PEM. */
  privateKey: z.string().min(1),
  /** SHA-256, hex, of the join token that made it: another token means to enrol again. */
  joinTokenHash: z.string(),
});
export type Identity = z.infer<typeof Identity>;

export function hashJoinToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/** Where an identity is kept. */
export interface IdentityStore {
  /** In words, for messages. */
  readonly place: string;
  /** Null when there is none yet. @throws {UserError} it cannot be read or is not an identity. */
  load(): Promise<Identity | null>;
  /** Makes sure that `save` will work, before a one-time token is spent. @throws {UserError} */
  prepare(): Promise<void>;
  /** @throws {UserError} */
  save(identity: Identity): Promise<void>;
}

/** Reads what a store holds; null for anything that is not an identity. */
export function parseIdentity(text: string): Identity | null {
  try {
    return Identity.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}
