import { createHash } from 'node:crypto';
import { z } from 'zod';

/** The agent's identity: created once with a join token, proven with the private key at every connection. */
export const Identity = z.object({
  version: z.literal(1),
  agentId: z.string().min(1).max(200),
  clusterId: z.string().min(1).max(200),
  clusterName: z.string().max(200),
  organization: z.string().max(200),
  /** URL of the gateway that enrolled it. */
  gatewayUrl: z.url(),
  tunnelUrls: z.array(z.url({ protocol: /^wss$/ })).min(1),
  /** Ed25519, PKCS #8 in PEM. */
  privateKey: z.string().min(1),
  /** SHA-256, hex, of the join token used to enrol; with a different token the agent enrols again. */
  joinTokenHash: z.string(),
});
export type Identity = z.infer<typeof Identity>;

export function hashJoinToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/** Where an identity is kept. */
export interface IdentityStore {
  /** A description for messages. */
  readonly place: string;
  /** The stored identity; null if there is none yet. @throws {UserError} it cannot be read or is not an identity. */
  load(): Promise<Identity | null>;
  /** Makes sure that `save` will work, before a one-time token is used. @throws {UserError} */
  prepare(): Promise<void>;
  /** @throws {UserError} */
  save(identity: Identity): Promise<void>;
}

/** Parses the content of a store; null if it is not an identity. */
export function parseIdentity(text: string): Identity | null {
  try {
    return Identity.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}
