import { z } from 'zod';
import { Id, oneLine, text } from './primitives.ts';

/** Enrolment of an agent, once per join token. */
export const EnrollRequest = z.strictObject({
  /** Ed25519 public key, SPKI in PEM. */
  publicKey: z
    .string()
    .max(500)
    .refine((pem) => oneLine.test(pem.replaceAll(/\r?\n/g, '')), 'No control characters but the ends of lines'),
  version: text(50),
  instance: text(253),
  location: z.enum(['in-cluster', 'outside']),
});
export type EnrollRequest = z.infer<typeof EnrollRequest>;

export const Enrolled = z.object({
  agentId: Id,
  clusterId: Id,
  clusterName: z.string(),
  organization: z.string(),
  /** URLs to dial, in order of preference: `wss://…/tunnel`. */
  tunnelUrls: z.array(z.url()),
});
export type Enrolled = z.infer<typeof Enrolled>;
