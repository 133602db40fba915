import type { ObjectRef } from '#features/kube/kube-actions.ts';
import type { OperationId } from './operations.ts';

/** The dialog that an action asks for, and the objects it is about. */
export type Asked =
  | { dialog: 'operation'; operation: OperationId; targets: readonly ObjectRef[] }
  /** Runs a job again, or a cron job now. */
  | { dialog: 'run-job'; target: ObjectRef }
  | { dialog: 'drain'; target: ObjectRef }
  | { dialog: 'ports'; target: ObjectRef };
