'use client';
import { useMemo, useState } from 'react';
import { type ApiResource, resourceId } from '#features/kube/api-resource.ts';
import type { ClusterRef } from '#features/kube/cluster-ref.ts';
import { type LiveListState, MOST_NAMESPACES } from '#features/kube/live-list.ts';
import type { Row } from '#features/kube/table-rows.ts';
import type { UsageRequest } from './load-usage.ts';
import type { NoUsage } from './no-usage.ts';
import type { Measurement } from './usage.ts';
import type { UsageCharts } from './usage-charts.ts';
import { UsageJoin, withUsageColumns } from './usage-columns.ts';
import { useBounds, useUsage } from './use-usage.ts';

/** Pods or nodes; undefined for every other kind, also for those of metrics-server itself. */
export function measurable(resource: ApiResource): UsageRequest['resource'] | undefined {
  const id = resourceId(resource);
  return id === 'pods' || id === 'nodes' ? id : undefined;
}

/**
 * Joins a live table of pods or nodes with their usage; other tables stay as they are. `shown`: whether a column of usage is
 * visible, without which nothing is requested.
 * @returns the table, why it has no usage if so, and what the cells need for their charts.
 */
export function useUsageTable<T extends LiveListState<Row>>(
  table: T,
  how: { ref: ClusterRef; resource: ApiResource; namespaces: readonly string[]; shown: boolean },
): { table: T; none: NoUsage | undefined; charts: UsageCharts | undefined } {
  const { ref, shown } = how;
  const resource = measurable(how.resource);
  // Wherever the table itself comes from: some namespaces, those that are allowed, or the whole cluster.
  const namespaces = table.narrowed?.namespaces ?? how.namespaces;
  const request =
    resource !== undefined && shown && table.loaded
      ? { ref, resource, namespaces: namespaces.length > MOST_NAMESPACES ? [] : namespaces }
      : undefined;
  const { data } = useUsage(request);
  const [join] = useState(() => new UsageJoin());
  const measured = request !== undefined && data?.type === 'measured' ? data : undefined;
  const measurements = measured?.measurements ?? NONE;
  const bounds = useBounds(request, measurements);
  const joined = useMemo(
    () =>
      resource === undefined
        ? table
        : { ...table, columns: withUsageColumns(table.columns), items: join.join(table, measurements) },
    [join, table, measurements, resource],
  );
  const history = measured?.history;
  const charts = useMemo(() => (history === undefined ? undefined : { history, bounds }), [history, bounds]);
  return { table: joined, none: request !== undefined && data?.type === 'none' ? data.reason : undefined, charts };
}

const NONE: ReadonlyMap<string, Measurement> = new Map();
