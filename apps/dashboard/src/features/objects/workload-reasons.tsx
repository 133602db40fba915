'use client';
import { useMemo } from 'react';
import { StatusDot } from '#components/ui/status-dot.tsx';
import { objectHref } from '#features/address/kind-href.ts';
import { type BrokenGroup, brokenPods } from '#features/health/broken-pods.ts';
import { podFields } from '#features/health/pod-fields.ts';
import { knownKinds } from '#features/kube/known-kinds.ts';
import type { KubeObject } from '#features/kube/kube-object.ts';
import { objectFields } from '#features/kube/list-format.ts';
import { get } from '#features/kube/read.ts';
import { useLiveList } from '#features/kube/use-live-list.ts';
import { Link } from '#features/router/link.tsx';
import { writeSelector } from './describe/workloads.ts';
import { ReasonSteps } from './reason-steps.tsx';
import type { WhyCardProps } from './why-card-props.ts';

const figures = objectFields<KubeObject>({ ...podFields, metadata: { ...podFields.metadata, ownerReferences: true } });
/** Number of pods named for each cause. */
const NAMED = 5;

/** Why pods of a workload are broken, with links to them. */
export function WorkloadReasons({ target, object, now, onTab }: WhyCardProps) {
  const labelSelector = writeSelector(get(object, 'spec', 'selector'));
  const { items, loaded } = useLiveList(
    labelSelector === ''
      ? undefined
      : {
          ref: target.ref,
          resource: knownKinds.pods,
          format: figures,
          namespaces: [target.namespace],
          labelSelector,
          most: 500,
        },
  );
  const groups = useMemo(() => brokenPods(items, now), [items, now]);
  return (
    <>
      {groups.map((group) => (
        <BrokenPods key={group.title} group={group} total={items.length} target={target} />
      ))}
      {loaded && items.length === 0 && <p className="text-muted">It has no pods. Its events may say why.</p>}
      <ReasonSteps target={target} steps={[{ do: 'events' }, { do: 'yaml' }]} onTab={onTab} />
    </>
  );
}

function BrokenPods({
  group: { title, pods },
  total,
  target,
}: {
  group: BrokenGroup;
  total: number;
  target: WhyCardProps['target'];
}) {
  return (
    <section className="flex flex-col gap-1">
      <h3 className="[overflow-wrap:anywhere]">
        <span className="font-medium tabular-nums">
          {pods.length} of {total} {total === 1 ? 'pod' : 'pods'}:
        </span>{' '}
        {title}
      </h3>
      <ul className="flex flex-col gap-0.5">
        {pods.slice(0, NAMED).map(({ namespace, name, verdict }) => (
          <li key={name} className="flex flex-wrap items-center gap-x-3">
            <Link
              href={objectHref(target.ref, knownKinds.pods, { namespace, name })}
              className="link [overflow-wrap:anywhere]"
            >
              {name}
            </Link>
            <StatusDot tone={verdict.tone} className="text-muted">
              {verdict.word}
            </StatusDot>
          </li>
        ))}
        {pods.length > NAMED && <li className="text-faint">and {pods.length - NAMED} more</li>}
      </ul>
    </section>
  );
}
