import { z } from 'zod';
import { Id, Slug } from './primitives.ts';

/**
 * What happens with the execs, attaches and terminals of a cluster. `best-effort`: they are recorded, and go on if that fails.
 * `required`: none is allowed that cannot be recorded.
 */
export const RecordingMode = z.enum(['off', 'best-effort', 'required']);
export type RecordingMode = z.infer<typeof RecordingMode>;

/** The recording of a session; its content is an asciicast of its own. */
export const Recording = z.object({
  durationMs: z.number().int(),
  /** Bytes of the asciicast so far. */
  sizeBytes: z.number().int(),
  /** False while it is being written, and if its gateway stopped in the middle. */
  isComplete: z.boolean(),
  /** Bytes that could not be recorded. The asciicast has a marker where they are missing. */
  missingBytes: z.number().int(),
});
export type Recording = z.infer<typeof Recording>;

export const onSession = z.object({ organization: Slug, session: Id });

/** `follow`: what has been recorded so far, and then what is being recorded, until the session ends. */
export const RecordingQuery = z.object({ follow: z.stringbool().optional() });

/** How long recordings are kept after the session began, in days. */
export const RecordingSettings = z.strictObject({ retentionDays: z.number().int().min(1).max(3_650) });
export type RecordingSettings = z.infer<typeof RecordingSettings>;
