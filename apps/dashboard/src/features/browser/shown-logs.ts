'use client';
import { ScrollText } from 'lucide-react';
import { useEffect } from 'react';
import type { Action } from '#features/actions/action.ts';
import { useQueryValue } from '#features/address/use-query-value.ts';
import { openInDock } from '#features/dock/dock-store.ts';
import { type ApiResource, resourceId } from '#features/kube/api-resource.ts';
import type { ClusterRef } from '#features/kube/cluster-ref.ts';
import type { Row } from '#features/kube/table-rows.ts';
import type { LogSelection } from '#features/logs/log-selection.ts';

/** The pods that a table shows. */
export interface ShownPods {
  ref: ClusterRef;
  namespaces: readonly string[];
  filter: string;
  rows: readonly Pick<Row, 'namespace' | 'name'>[];
}

/** A term of the filter that is a label selector, too. */
const LABEL = /^[\w./-]+!?=[\w.-]+$/;

/**
 * The logs of the pods that a table shows. A filter by labels alone, or none, includes pods that come later; any other means the
 * pods that it shows now.
 */
export function logsOfShown({ ref, namespaces, filter, rows }: ShownPods): LogSelection {
  const terms = filter.split(/\s+/).filter((term) => term !== '');
  if (terms.every((term) => LABEL.test(term) && !term.startsWith('-')))
    return { ref, of: 'labels', namespaces, labelSelector: terms.join(',') };
  return { ref, of: 'pods', pods: rows.map(({ namespace, name }) => ({ namespace, name })) };
}

/** Opens the logs of all pods that a table shows. */
export const openShownLogs: Action<ShownPods> = {
  id: 'table.logs',
  label: 'Logs of all pods shown',
  group: 'page',
  icon: ScrollText,
  unlisted: true,
  enabled: ({ rows }) => rows.length > 0,
  run: (shown) => openInDock({ kind: 'logs', selection: logsOfShown(shown) }),
};

/** In the URL of a table of pods, `logs=app=web` opens the logs of the pods with these labels, and `logs=*` of all. */
export function useLogsAddress(ref: ClusterRef, resource: ApiResource, namespaces: readonly string[]): void {
  const [written, setWritten] = useQueryValue('logs');
  const wanted = resourceId(resource) === 'pods' ? written : '';
  useEffect(() => {
    if (wanted === '') return;
    const labelSelector = wanted === '*' ? '' : wanted;
    openInDock({ kind: 'logs', selection: { ref, of: 'labels', namespaces, labelSelector } });
    setWritten('');
  }, [wanted, setWritten, ref, namespaces]);
}
