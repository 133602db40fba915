'use client';
import { cn } from '#components/class-names.ts';
import { href } from '#components/href.ts';
import { Card } from '#components/ui/card.tsx';
import { StatusDot } from '#components/ui/status-dot.tsx';
import type { Tone } from '#components/ui/tone.ts';
import { isTrouble, severity } from '#features/health/verdict.ts';
import { Link } from '#features/router/link.tsx';
import { ListBody } from './card-body.tsx';
import { podGroups, verdictOfPod } from './health-line.ts';
import { MOST_PODS, type OverviewLists } from './use-overview.ts';

const bars: Record<Tone, string> = {
  ok: 'bg-ok-dot',
  warn: 'bg-warn-dot',
  bad: 'bg-bad-dot',
  info: 'bg-info-dot',
  idle: 'bg-idle-dot',
};
/** Number of problematic pods listed by name; the others are a click away. */
const NAMED = 6;

export interface PodsCardProps {
  pods: OverviewLists['pods'];
  /** The time to judge them at, in milliseconds since 1970, rounded. */
  now: number;
  online: boolean;
  /** The cluster's path. */
  base: string;
}

/** Pods by how they are doing, and the names of problematic ones. */
export function PodsCard({ pods, now, online, base }: PodsCardProps) {
  return (
    <Card
      title="Pods"
      aside={
        <Link className="link" href={`${base}/r/pods`}>
          All pods
        </Link>
      }
    >
      <ListBody list={pods} online={online} what="pods" lines={4}>
        {(items) => {
          const groups = podGroups(items, now);
          const troubled = items
            .map((pod) => ({ pod, verdict: verdictOfPod(pod, now) }))
            .filter(({ verdict }) => isTrouble(verdict))
            .sort((a, b) => severity(a.verdict.tone) - severity(b.verdict.tone));
          if (items.length === 0) return <p className="text-muted">No pods yet.</p>;
          return (
            <div className="flex flex-col gap-3">
              <div aria-hidden className="flex h-1.5 gap-0.5 overflow-hidden rounded-full">
                {groups.map(({ name, tone, count }) => (
                  <span key={name} className={cn('min-w-1', bars[tone])} style={{ flexGrow: count }} />
                ))}
              </div>
              <ul className="flex flex-wrap gap-x-5 gap-y-1">
                {groups.map(({ name, tone, count }) => (
                  <li key={name}>
                    <StatusDot tone={tone}>
                      <span className="text-muted">{name}</span> <span className="tabular-nums">{count}</span>
                    </StatusDot>
                  </li>
                ))}
              </ul>
              {troubled.length > 0 && (
                <ul className="flex flex-col border-t pt-2">
                  {troubled.slice(0, NAMED).map(({ pod, verdict }) => (
                    <li key={`${pod.metadata.namespace}/${pod.metadata.name}`} className="py-1">
                      <div className="flex items-center justify-between gap-3">
                        <Link
                          href={base + href`/r/pods/${pod.metadata.namespace ?? '-'}/${pod.metadata.name}`}
                          className="link min-w-0 truncate"
                        >
                          {pod.metadata.name}
                        </Link>
                        <span className={cn('shrink-0', verdict.tone === 'bad' ? 'text-bad' : 'text-warn')}>
                          {verdict.word}
                        </span>
                      </div>
                      {verdict.because !== undefined && (
                        <p className="truncate text-faint text-xs" title={verdict.because}>
                          {verdict.because}
                        </p>
                      )}
                    </li>
                  ))}
                  {troubled.length > NAMED && (
                    <li className="text-faint text-xs">and {troubled.length - NAMED} more</li>
                  )}
                </ul>
              )}
              {pods.truncated && (
                <p className="text-faint text-xs">Only counts the first {MOST_PODS.toLocaleString('en')} pods.</p>
              )}
            </div>
          );
        }}
      </ListBody>
    </Card>
  );
}
