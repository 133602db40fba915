import type { Action } from '#features/actions/action.ts';
import { type WorkloadContext, workloadActions } from '#features/workloads/workload-actions.ts';
import { deleteObjects, type ObjectContext, objectActions, openLogs } from './object-actions.ts';

/** The context of actions on a row, and on the selected rows. */
export type RowContext = ObjectContext & WorkloadContext;

/** The actions of a row, in the order of its menu: what destroys comes last. */
export const rowMenuActions: readonly Action<RowContext>[] = [
  ...objectActions.filter((action) => action !== deleteObjects),
  ...workloadActions,
  deleteObjects,
];

/** The actions on all selected rows, for the bar above the table. */
export const selectionActions: readonly Action<RowContext>[] = [openLogs, ...workloadActions, deleteObjects];
