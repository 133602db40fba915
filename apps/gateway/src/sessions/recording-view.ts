import type { Recording } from '@postern/contracts';

/** `select` for `viewRecording`. */
export const shownOfRecording = { durationMs: true, sizeBytes: true, missingBytes: true, endedAt: true } as const;

/** A recording as the list of sessions shows it. */
export function viewRecording(row: {
  durationMs: bigint;
  sizeBytes: bigint;
  missingBytes: bigint;
  endedAt: Date | null;
}): Recording {
  return {
    durationMs: Number(row.durationMs),
    sizeBytes: Number(row.sizeBytes),
    missingBytes: Number(row.missingBytes),
    isComplete: row.endedAt !== null,
  };
}
