import type { RowJudge, rowJudge } from '#features/health/row-verdict.ts';
import { severity, type Verdict } from '#features/health/verdict.ts';
import type { ApiResource } from '#features/kube/api-resource.ts';
import type { Column, Row } from '#features/kube/table-rows.ts';
import { type Readiness, readinessReader } from './readiness.ts';
import { isStateColumn, toneOfState } from './state-tone.ts';

/** The state of a kind's rows, and where it is shown. */
export interface RowStates {
  of: RowJudge;
  /** The column that shows it instead of its own text; undefined if the kind has none for it. */
  column: Column | undefined;
  /** Whether there are rules for the kind; otherwise the state is only the text of its column. */
  judged: boolean;
}

/**
 * How to tell the state of a kind's rows: by the rules for the kind, by a column that looks like a state, or by how many of its
 * pods are ready.
 *
 * @param rules undefined while they are being loaded.
 */
export function rowStates(
  resource: Pick<ApiResource, 'group' | 'resource'>,
  columns: readonly Column[],
  rules: typeof rowJudge | undefined,
): RowStates {
  const index = columns.findIndex(({ name }) => isStateColumn(name));
  const judge = rules?.(resource, columns);
  if (judge !== undefined) {
    const column = columns.find(({ name }) => name === 'Status');
    return { of: judge, column, judged: true };
  }
  // Not before the rules are there, which may have other words for the same.
  const readiness = index === -1 && rules !== undefined ? readinessReader(columns) : undefined;
  if (readiness !== undefined) return { of: (row) => inWords(readiness(row)), column: undefined, judged: false };
  return { of: ({ cells }) => stateOfCell(cells[index]), column: columns[index], judged: false };
}

function inWords(readiness: Readiness | undefined): Verdict | undefined {
  if (readiness === undefined) return undefined;
  return { tone: toneOfState(readiness) ?? 'idle', word: readiness.charAt(0).toUpperCase() + readiness.slice(1) };
}

/** Numbers are counts, whatever the name of their column. */
function stateOfCell(cell: Row['cells'][number] | undefined): Verdict | undefined {
  if (cell === undefined || typeof cell === 'number') return undefined;
  const word = cell === null ? '' : String(cell);
  return { tone: toneOfState(word) ?? 'idle', word };
}

/** A state as it is written in the filter: `Running, restarting` is `running-restarting`. */
export const stateId = ({ word }: Verdict): string =>
  word
    .toLowerCase()
    .replace(/[^\p{L}\p{N}:/.]+/gu, '-')
    .replace(/^-|-$/g, '') || 'none';

/** The sort key of a row's state: the worst first, then by its word. */
export function stateKey({ of }: RowStates, row: Row, now: number): string | undefined {
  const verdict = of(row, now);
  return verdict && `${severity(verdict.tone)}${verdict.word}`;
}
