import type { RecordingMode as Mode } from '@postern/contracts';
import { RecordingMode } from '../generated/prisma/enums.ts';

/** What is recorded of a cluster's sessions. */
export interface RecordingPolicy {
  mode: Mode;
  /** Also what people type. */
  input: boolean;
}

/** The modes in the contracts, mapped to those of the database client. */
export const recordingModes: Record<Mode, RecordingMode> = {
  off: RecordingMode.off,
  'best-effort': RecordingMode.bestEffort,
  required: RecordingMode.required,
};

const modesOf = Object.fromEntries(Object.entries(recordingModes).map(([mode, stored]) => [stored, mode])) as Record<
  RecordingMode,
  Mode
>;

/** The policy in a cluster's row. */
export function policyOf(row: { recording: RecordingMode; recordInput: boolean }): RecordingPolicy {
  return { mode: modesOf[row.recording], input: row.recordInput };
}
