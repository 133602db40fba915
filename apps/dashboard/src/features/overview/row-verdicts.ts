import { rowJudge } from '#features/health/row-verdict.ts';
import type { Verdict } from '#features/health/verdict.ts';
import type { ApiResource } from '#features/kube/api-resource.ts';
import type { LiveListState } from '#features/kube/live-list.ts';
import type { Row } from '#features/kube/table-rows.ts';
import { itemsOf } from './list-state.ts';

/**
 * The verdicts on the rows of a list; undefined as long as they are unknown. `now` in milliseconds since 1970; objects created
 * before `since` are left out.
 */
export function rowVerdicts(
  resource: ApiResource,
  list: LiveListState<Row>,
  now: number,
  since = Number.NEGATIVE_INFINITY,
): Verdict[] | undefined {
  const judge = rowJudge(resource, list.columns);
  return (
    judge && itemsOf(list)?.flatMap((row) => (row.created < since ? [] : (judge(row, Math.max(now, row.at)) ?? [])))
  );
}
