'use client';
import { useMemo } from 'react';
import { useTicking } from '#components/ticker.ts';
import { StatusDot } from '#components/ui/status-dot.tsx';
import { Time } from '#components/ui/time.tsx';
import { objectHref } from '#features/address/kind-href.ts';
import { rowJudge } from '#features/health/row-verdict.ts';
import type { ObjectRef } from '#features/kube/kube-actions.ts';
import type { KubeObject } from '#features/kube/kube-object.ts';
import { tableRows } from '#features/kube/list-format.ts';
import { strings } from '#features/kube/read.ts';
import { useLiveList } from '#features/kube/use-live-list.ts';
import { Link } from '#features/router/link.tsx';
import { siblingSelector, workloadNameOf } from './replacement-name.ts';

const SHOWN = 3;

export interface ReplacementsProps {
  /** A pod that is gone. */
  target: ObjectRef;
  /** Its last state, if it is known. */
  last: KubeObject | undefined;
}

/** The newest pods of the workload of a pod that is gone: by its labels, or by its name if nothing else is known. */
export function Replacements({ target, last }: ReplacementsProps) {
  const { ref, resource, namespace, name } = target;
  const selector = siblingSelector(strings(last?.metadata, 'labels'));
  const workload = workloadNameOf(name);
  const table = useLiveList(
    selector === '' && workload === undefined
      ? undefined
      : {
          ref,
          resource,
          format: tableRows,
          namespaces: [namespace],
          narrows: true,
          ...(selector !== '' && { labelSelector: selector }),
        },
  );
  const now = useTicking((ms) => Math.floor(ms / 15_000) * 15_000);
  const judge = rowJudge(resource, table.columns);
  const newest = useMemo(
    () =>
      table.items
        .filter((row) => row.name !== name && !row.deleting)
        .filter((row) => selector !== '' || workloadNameOf(row.name) === workload)
        .toSorted((a, b) => b.created - a.created)
        .slice(0, SHOWN),
    [table.items, name, selector, workload],
  );
  if (newest.length === 0) return null;
  return (
    <section aria-label="Newer pods" className="flex flex-col gap-1.5 text-left">
      <h2 className="font-medium">
        {newest.length === 1 ? 'The newest pod' : 'The newest pods'} of{' '}
        {selector === '' ? `what seems to be ${workload}` : 'the same workload'}
      </h2>
      <ul className="flex flex-col gap-1">
        {newest.map((row) => {
          const verdict = judge?.(row, Math.max(now, row.at));
          return (
            <li key={row.key} className="flex flex-wrap items-center gap-x-3">
              <Link href={objectHref(ref, resource, row)} className="link [overflow-wrap:anywhere]">
                {row.name}
              </Link>
              {verdict !== undefined && <StatusDot tone={verdict.tone}>{verdict.word}</StatusDot>}
              <span className="text-faint">
                <Time at={new Date(row.created)} form="age" /> old
              </span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
