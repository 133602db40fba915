import { z } from 'zod';
import { Email, Id, Instant, PageQuery } from './primitives.ts';
import { Recording } from './recordings.ts';

export const SessionKind = z.enum(['exec', 'attach', 'port-forward', 'terminal']);
export type SessionKind = z.infer<typeof SessionKind>;

/** One recorded exec, attach, port-forward or browser terminal of a principal. */
export const Session = z.object({
  id: Id,
  kind: SessionKind,
  cluster: z.object({ id: Id, name: z.string() }),
  user: z.object({ id: Id, email: z.string() }),
  namespace: z.string(),
  pod: z.string(),
  container: z.string().nullable(),
  command: z.array(z.string()),
  startedAt: Instant,
  /** Null while it runs. */
  endedAt: Instant.nullable(),
  /** Why it ended, for people; null while it runs. */
  endReason: z.string().nullable(),
  /** Bytes from the person to the cluster, and back. */
  bytesUp: z.number().int(),
  bytesDown: z.number().int(),
  clientAddress: z.string(),
  userAgent: z.string(),
  /** Null if it was not recorded, or its recording was deleted. */
  recording: Recording.nullable(),
  /** Who viewed the terminal besides the person who opened it, or from another sign-in of theirs; the first 100. */
  viewers: z.array(
    z.object({
      user: z.object({ id: Id, email: z.string() }),
      canType: z.boolean(),
      joinedAt: Instant,
      /** Null while they view it. */
      leftAt: Instant.nullable(),
    }),
  ),
});
export type Session = z.infer<typeof Session>;

export const SessionQuery = PageQuery.extend({
  cluster: Id.optional(),
  kind: SessionKind.optional(),
  active: z.stringbool().optional(),
  /** Only those that began at this instant or later. */
  since: Instant.optional(),
  /** Only those of this person; others than one's own need the permission to see them. */
  user: Email.optional(),
});
export type SessionQuery = z.input<typeof SessionQuery>;
