import type { ApiResource } from '#features/kube/api-resource.ts';
import { parseDuration } from '#features/kube/duration.ts';
import type { Column, Row } from '#features/kube/table-rows.ts';
import { judgeClaimSigns } from './claim-verdict.ts';
import { judgeSigns } from './pod-verdict.ts';
import type { Verdict } from './verdict.ts';
import { judgeReplicas } from './workload-verdict.ts';

/** Judges a row of a server-side table at `now` (milliseconds since 1970); undefined if the row does not say. */
export type RowJudge = (row: Row, now: number) => Verdict | undefined;

/** The text of a column of a row; undefined if there is no such column. */
type Read = (row: Row, column: string) => string | undefined;

/**
 * Judges the rows of a kind by the same rules as whole objects, as far as a row tells; undefined for kinds without rules. The
 * columns of built-in kinds are those of Kubernetes' pkg/printers/internalversion/printers.go.
 */
export function rowJudge(
  { group, resource }: Pick<ApiResource, 'group' | 'resource'>,
  columns: readonly Column[],
): RowJudge | undefined {
  const judge = judges[`${resource}.${group}`];
  if (judge === undefined) return undefined;
  const indexes = new Map(columns.map(({ name }, index) => [name, index]));
  const read: Read = ({ cells }, column) => {
    const cell = cells[indexes.get(column) ?? -1];
    return cell === undefined || cell === null ? undefined : String(cell);
  };
  return (row, now) => judge(row, read, now);
}

const judges: Record<string, (row: Row, read: Read, now: number) => Verdict | undefined> = {
  'pods.': judgePodRow,
  'nodes.': judgeNodeRow,
  'deployments.apps': judgeReadyRow,
  'statefulsets.apps': judgeReadyRow,
  'replicasets.apps': judgeCountedRow,
  'replicationcontrollers.': judgeCountedRow,
  'daemonsets.apps': judgeCountedRow,
  'jobs.batch': judgeJobRow,
  'cronjobs.batch': (row, read) =>
    read(row, 'Suspend') === undefined
      ? undefined
      : read(row, 'Suspend') === 'True' || read(row, 'Suspend') === 'true'
        ? { tone: 'idle', word: 'Suspended' }
        : { tone: 'ok', word: 'Scheduled' },
  'persistentvolumeclaims.': (row, read, now) => {
    const phase = read(row, 'Status');
    return phase === undefined ? undefined : judgeClaimSigns({ phase, created: known(row.created) }, now);
  },
};

function judgePodRow(row: Row, read: Read, now: number): Verdict | undefined {
  const word = read(row, 'Status');
  if (word === undefined) return undefined;
  const { part: ready, whole } = ratio(read(row, 'Ready'));
  const [, count = '0', ago] = /^(\d+)(?: \((\S+) ago\))?/.exec(read(row, 'Restarts') ?? '') ?? [];
  const then = ago === undefined ? undefined : parseDuration(ago);
  return judgeSigns(
    {
      word,
      created: known(row.created),
      due: row.due === undefined ? undefined : known(row.due),
      scheduled: (read(row, 'Node') ?? '<none>') !== '<none>',
      ready: ready >= whole,
      restarts: Number(count),
      lastEnd: then === undefined ? undefined : row.at - then,
    },
    now,
  );
}

function judgeNodeRow(row: Row, read: Read): Verdict | undefined {
  const words = read(row, 'Status')?.split(',');
  if (words === undefined) return undefined;
  const cordoned = words.includes('SchedulingDisabled');
  const also = cordoned ? ', cordoned' : '';
  if (!words.includes('Ready')) return { tone: 'bad', word: `Not ready${also}`, because: 'Its kubelet is not ready.' };
  return cordoned
    ? { tone: 'warn', word: 'Ready, cordoned', because: 'It takes no new pods.' }
    : { tone: 'ok', word: 'Ready' };
}

/** Deployments and stateful sets, with "1/2" in one column. */
function judgeReadyRow(row: Row, read: Read, now: number): Verdict | undefined {
  const written = read(row, 'Ready');
  if (written === undefined) return undefined;
  const { part: ready, whole: wanted } = ratio(written);
  const updated = read(row, 'Up-to-date');
  return judgeReplicas(
    { wanted, ready, updated: updated === undefined ? undefined : Number(updated), created: known(row.created) },
    now,
  );
}

/** Kinds with a column for each number. */
function judgeCountedRow(row: Row, read: Read, now: number): Verdict | undefined {
  const [wanted, ready] = [Number(read(row, 'Desired')), Number(read(row, 'Ready'))];
  if (Number.isNaN(wanted) || Number.isNaN(ready)) return undefined;
  const updated = read(row, 'Up-to-date');
  return judgeReplicas(
    { wanted, ready, updated: updated === undefined ? undefined : Number(updated), created: known(row.created) },
    now,
  );
}

/** The status is a column since Kubernetes 1.31; before, only the number of completions was. */
function judgeJobRow(row: Row, read: Read): Verdict | undefined {
  const status = read(row, 'Status');
  if (status === 'Failed') return { tone: 'bad', word: status };
  if (status === 'Complete' || status === 'Suspended') return { tone: 'idle', word: status };
  if (status !== undefined) return { tone: 'info', word: status };
  const { part, whole } = ratio(read(row, 'Completions'));
  if (whole === 0) return undefined;
  return part >= whole ? { tone: 'idle', word: 'Complete' } : { tone: 'info', word: 'Running' };
}

function ratio(written = ''): { part: number; whole: number } {
  const [, part = '0', whole = '0'] = /^(\d+)\/(\d+)/.exec(written) ?? [];
  return { part: Number(part), whole: Number(whole) };
}

const known = (instant: number): number | undefined => (Number.isNaN(instant) ? undefined : instant);
