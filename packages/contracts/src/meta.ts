import { z } from 'zod';

/** What a client needs to know before signing in. */
export const Meta = z.object({
  version: z.string(),
  publicUrl: z.url(),
  /** PEM of the certificate authority to trust; null if a public one signed the certificate. */
  caCertificate: z.string().nullable(),
  /** True if this instance runs on a single machine (`npm start`). */
  local: z.boolean(),
  /** True while there is no account and creating the first one requires the set-up code shown by `npm start`. */
  setupCodeRequired: z.boolean(),
});
export type Meta = z.infer<typeof Meta>;
