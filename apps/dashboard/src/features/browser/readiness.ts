import type { Column, Row } from '#features/kube/table-rows.ts';

/** What a table says about how many pods of a workload are ready, in words that can be counted and filtered by. */
export type Readiness = 'all ready' | 'some ready' | 'none ready' | 'scaled to none';

/**
 * A reader for the readiness of rows, from a column such as `2/3`, or from the numbers of the columns Desired and Ready; undefined
 * if the table has neither. It returns undefined for rows that say nothing.
 */
export function readinessReader(columns: readonly Column[]): ((row: Row) => Readiness | undefined) | undefined {
  const ready = columns.findIndex(({ name }) => name === 'Ready');
  const desired = columns.findIndex(({ name }) => name === 'Desired');
  if (ready === -1) return undefined;
  return ({ cells }) => {
    const written = cells[ready];
    if (typeof written === 'number') {
      const wanted = cells[desired];
      return typeof wanted === 'number' ? inWords(written, wanted) : undefined;
    }
    const ratio = /^(\d+)\/(\d+)$/.exec(String(written ?? ''));
    return ratio === null ? undefined : inWords(Number(ratio[1]), Number(ratio[2]));
  };
}

function inWords(ready: number, wanted: number): Readiness {
  if (wanted === 0) return 'scaled to none';
  if (ready === 0) return 'none ready';
  return ready < wanted ? 'some ready' : 'all ready';
}
