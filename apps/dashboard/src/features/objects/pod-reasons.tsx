'use client';
import { useMemo } from 'react';
import { formatAge } from '#components/format/age.ts';
import { useTicking } from '#components/ticker.ts';
import { diagnosePod } from '#features/health/diagnose-pod.ts';
import { readHappenings } from '#features/health/happenings.ts';
import { knownKinds } from '#features/kube/known-kinds.ts';
import { wholeObjects } from '#features/kube/list-format.ts';
import { useLiveList } from '#features/kube/use-live-list.ts';
import { textValue } from './describe/facts.ts';
import { eventsOf } from './events-of.ts';
import { FactList } from './fact-list.tsx';
import { LastLines } from './last-lines.tsx';
import { ReasonSteps } from './reason-steps.tsx';
import type { WhyCardProps } from './why-card-props.ts';

/** The reasons why a pod is broken, the most likely first. */
export function PodReasons({ target, object, now, onTab }: WhyCardProps) {
  const { items } = useLiveList({ ...eventsOf(target), resource: knownKinds.events, format: wholeObjects });
  const reasons = useMemo(() => diagnosePod(object, readHappenings(items), now), [object, items, now]);
  return (
    <div className="flex flex-col divide-y">
      {reasons.map((reason) => (
        <section key={reason.key} className="flex flex-col gap-2.5 py-3 first:pt-0 last:pb-0">
          <h3 className="font-medium [overflow-wrap:anywhere]">{reason.title}</h3>
          {reason.detail !== undefined && (
            <p className="max-h-40 overflow-y-auto whitespace-pre-wrap text-muted [overflow-wrap:anywhere]">
              {reason.detail}
            </p>
          )}
          <FactList facts={reason.facts.map(({ label, value }) => ({ label, value: textValue(value) }))} />
          {reason.next !== undefined && <NextTry at={reason.next} />}
          {reason.log !== undefined && <LastLines target={target} log={reason.log} />}
          <ReasonSteps target={target} steps={reason.steps} onTab={onTab} />
        </section>
      ))}
    </div>
  );
}

/** When the container is started again; `at` in milliseconds since 1970, and only about right. */
function NextTry({ at }: { at: number }) {
  const words = useTicking((now) => (now >= at ? 'any moment now' : `in about ${formatAge(at - now)}`));
  return <p className="text-muted">It is tried again {words}.</p>;
}
