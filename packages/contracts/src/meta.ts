import { z } from 'zod';

/** What a client must know before it signs in. */
export const Meta = z.object({
  version: z.string(),
  publicUrl: z.url(),
  /** PEM of the certificate authority to trust, null when the public ones do. */
  caCertificate: z.string().nullable(),
  /** True when this instance runs alone on a laptop (`npm start`). */
  local: z.boolean(),
  /** True while there is no account and the first one takes the set-up code that the terminal of `npm start` shows. */
  setupCodeRequired: z.boolean(),
});
export type Meta = z.infer<typeof Meta>;
