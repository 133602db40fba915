'use client';
import { Card } from '#components/ui/card.tsx';
import { StatusDot } from '#components/ui/status-dot.tsx';
import { judgeEndpoints } from '#features/health/service-verdict.ts';
import { knownKinds } from '#features/kube/known-kinds.ts';
import type { ObjectRef } from '#features/kube/kube-actions.ts';
import { wholeObjects } from '#features/kube/list-format.ts';
import { useLiveList } from '#features/kube/use-live-list.ts';
import { ReasonSteps } from './reason-steps.tsx';

/** Says so if nothing is behind a service. */
export function EndpointsNote({ target, onTab }: { target: ObjectRef; onTab: (tab: 'events' | 'yaml') => void }) {
  const { ref, namespace, name } = target;
  const { items, loaded } = useLiveList({
    ref,
    resource: knownKinds.endpointSlices,
    format: wholeObjects,
    namespaces: [namespace],
    labelSelector: `kubernetes.io/service-name=${name}`,
  });
  const verdict = loaded ? judgeEndpoints(items) : undefined;
  if (verdict === undefined) return null;
  return (
    <Card title={<StatusDot tone={verdict.tone}>{verdict.word}</StatusDot>} className="border-bad-dot">
      <div className="flex flex-col gap-3">
        <p>{verdict.because}</p>
        <ReasonSteps
          target={target}
          steps={[{ do: 'list', apiVersion: 'v1', kind: 'Pod' }, { do: 'events' }, { do: 'yaml' }]}
          onTab={onTab}
        />
      </div>
    </Card>
  );
}
