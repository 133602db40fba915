import { z } from 'zod';
import { AccountRef } from './access.ts';
import { Id, Instant, Slug, text } from './primitives.ts';

/** An account for a program. It acts with API tokens, and reaches the clusters that bindings give it. */
export const ServiceAccount = z.object({
  id: Id,
  name: Slug,
  description: z.string(),
  createdAt: Instant,
  createdBy: AccountRef,
  /** Tokens that have not expired. */
  tokens: z.number().int(),
  /** When one of its tokens was last used, to the minute. */
  lastUsedAt: Instant.nullable(),
});
export type ServiceAccount = z.infer<typeof ServiceAccount>;

export const CreateServiceAccountRequest = z.strictObject({ name: Slug, description: text(500).trim().default('') });
export type CreateServiceAccountRequest = z.input<typeof CreateServiceAccountRequest>;
