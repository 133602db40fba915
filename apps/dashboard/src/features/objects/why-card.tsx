'use client';
import { Card } from '#components/ui/card.tsx';
import { StatusDot } from '#components/ui/status-dot.tsx';
import { get } from '#features/kube/read.ts';
import { PodReasons } from './pod-reasons.tsx';
import type { WhyCardProps } from './why-card-props.ts';
import { WorkloadReasons } from './workload-reasons.tsx';

/** Why an object is broken, with the evidence and what to do next. */
export function WhyCard(props: WhyCardProps) {
  const { target, object, verdict } = props;
  const isPod = target.resource.group === '' && target.resource.resource === 'pods';
  const hasPods = get(object, 'spec', 'template') !== undefined;
  return (
    <Card
      title={<StatusDot tone={verdict.tone}>{verdict.tone === 'bad' ? 'What is wrong' : 'What to look at'}</StatusDot>}
      className={verdict.tone === 'bad' ? 'border-bad-dot' : 'border-warn-dot'}
    >
      {isPod ? (
        <PodReasons {...props} />
      ) : (
        <div className="flex flex-col gap-3">
          {verdict.because !== undefined && <p className="[overflow-wrap:anywhere]">{verdict.because}</p>}
          {hasPods && <WorkloadReasons {...props} />}
        </div>
      )}
    </Card>
  );
}
