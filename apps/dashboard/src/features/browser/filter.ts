import { isTrouble } from '#features/health/verdict.ts';
import { cellInstant, sortValue } from '#features/kube/cells.ts';
import { parseDuration } from '#features/kube/duration.ts';
import type { Column, Row } from '#features/kube/table-rows.ts';
import { readinessReader } from './readiness.ts';
import { type RowStates, stateId } from './row-state.ts';

/** Whether to show a row. `now` in milliseconds since 1970, for ages. */
export type RowFilter = (row: Row, now: number) => boolean;

/** A column's name in filters and URLs: `Last Seen` is `last-seen`. */
export const columnId = (name: string): string => name.toLowerCase().replace(/\s+/g, '-');

/** The key in a filter for the readiness of workloads, whose tables have no column with a state. */
const STATE_TERM = 'state';

/**
 * Parses the text of the filter field. All words must occur somewhere in the row. Also: `-word` must not occur; `"two words"`;
 * `app=web`, `app!=web` for labels; `status:running`, `ns:shop` for one column; `restarts>3`, `age<1h` to compare;
 * `is:running-restarting` for exactly one state, `is:trouble` for those that should be looked at.
 */
export function parseFilter(written: string, columns: readonly Column[], states?: RowStates): RowFilter {
  const terms = [...written.matchAll(/(?:[^\s"]+|"[^"]*"?)+/g)].map(([term]) =>
    parseTerm(term.replaceAll('"', ''), columns, states),
  );
  return (row, now) => terms.every((term) => term(row, now));
}

function parseTerm(term: string, columns: readonly Column[], states: RowStates | undefined): RowFilter {
  if (term.length > 1 && (term.startsWith('-') || term.startsWith('!'))) {
    const inner = parseTerm(term.slice(1), columns, states);
    return (row, now) => !inner(row, now);
  }
  const [, key = '', sign = '', value = ''] = /^([\w./-]+)(!=|==|=|:|>|<)(.*)$/.exec(term) ?? [];
  if (sign === '=' || sign === '==') return ({ labels }) => labels[key] === value;
  if (sign === '!=') return ({ labels }) => labels[key] !== value;
  if (sign === ':' && key === 'is' && states !== undefined) return inState(states, value.toLowerCase());
  const index = columns.findIndex(({ name }) => columnId(name) === key.toLowerCase());
  const readiness = key.toLowerCase() === STATE_TERM && index === -1 ? readinessReader(columns) : undefined;
  if (sign === ':' && readiness !== undefined) return (row) => readiness(row)?.startsWith(value.toLowerCase()) === true;
  if (sign === ':') return inColumn(key.toLowerCase(), value.toLowerCase(), index) ?? anywhere(term);
  if ((sign === '>' || sign === '<') && index !== -1) {
    const column = columns[index];
    if (column !== undefined) return bySize({ column, index, sign, value });
  }
  return anywhere(term);
}

function inState({ of }: RowStates, wanted: string): RowFilter {
  return (row, now) => {
    const verdict = of(row, now);
    return verdict !== undefined && (stateId(verdict) === wanted || (wanted === 'trouble' && isTrouble(verdict)));
  };
}

function anywhere(term: string): RowFilter {
  const wanted = term.toLowerCase();
  return ({ name, namespace, cells }) =>
    name.toLowerCase().includes(wanted) ||
    namespace.toLowerCase().includes(wanted) ||
    cells.some((cell) => cell !== null && String(cell).toLowerCase().includes(wanted));
}

function inColumn(key: string, wanted: string, index: number): RowFilter | undefined {
  if (key === 'name') return ({ name }) => name.toLowerCase().includes(wanted);
  if (key === 'ns' || key === 'namespace') return ({ namespace }) => namespace.toLowerCase().includes(wanted);
  if (key === 'label')
    return ({ labels }) =>
      Object.entries(labels).some(([name, value]) => `${name}=${value}`.toLowerCase().includes(wanted));
  if (index === -1) return undefined;
  return ({ cells }) =>
    String(cells[index] ?? '')
      .toLowerCase()
      .includes(wanted);
}

function bySize(term: { column: Column; index: number; sign: '>' | '<'; value: string }): RowFilter {
  const { column, index, sign, value } = term;
  const isMore = (found: number, wanted: number) => (sign === '>' ? found > wanted : found < wanted);
  const probe: Row = {
    key: '',
    name: '',
    namespace: '',
    created: Number.NaN,
    deleting: false,
    controller: '',
    labels: {},
    resourceVersion: '',
    cells: [],
    at: 0,
    changedAt: 0,
  };
  const wanted = sortValue({ ...column, meaning: 'plain' }, value, probe);
  const length = parseDuration(value);
  return (row, now) => {
    const cell = row.cells[index];
    const instant = cellInstant(column, cell, row);
    if (instant !== undefined) return length !== undefined && isMore(now - instant, length);
    const found = sortValue(column, cell, row);
    return typeof found === 'number' && typeof wanted === 'number' && isMore(found, wanted);
  };
}
