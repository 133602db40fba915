'use client';
import { formatAge } from '#components/format/age.ts';
import { useTicking } from '#components/ticker.ts';
import { Card } from '#components/ui/card.tsx';
import { Skeleton } from '#components/ui/skeleton.tsx';
import type { ObjectRef } from '#features/kube/kube-actions.ts';
import { sentenceOf } from '#features/kube/kube-error.ts';
import type { KubeObject } from '#features/kube/kube-object.ts';
import { list, text } from '#features/kube/read.ts';
import { type Bounds, containerBounds, nodeBounds, podBounds } from './bounds.ts';
import type { UsageRequest } from './load-usage.ts';
import { whyNotMeasured } from './no-usage.ts';
import { Sparkline } from './sparkline.tsx';
import { type Usage, usageKey } from './usage.ts';
import { UsageBar } from './usage-bar.tsx';
import type { UsagePoint } from './usage-history.ts';
import { NoUsageWords } from './usage-note.tsx';
import { type Amount, standingOf, usageWords } from './usage-words.ts';
import { useUsage } from './use-usage.ts';

export interface UsageCardProps {
  target: ObjectRef;
  object: KubeObject;
  resource: UsageRequest['resource'];
}

/** The CPU and memory of a pod, with each of its containers, or of a node; their course since this tab first saw them. */
export function UsageCard({ target, object, resource }: UsageCardProps) {
  const { ref, namespace, name } = target;
  const { data, error } = useUsage({ ref, resource, namespaces: namespace === '' ? [] : [namespace], name });
  const key = usageKey(namespace, name);
  const measured = data?.type === 'measured' ? data.measurements.get(key) : undefined;
  const created = Date.parse(text(object, 'metadata', 'creationTimestamp') ?? '');
  const why = useTicking((now) => whyNotMeasured({ phase: text(object, 'status', 'phase'), created }, now));

  if (data === undefined) {
    return (
      <Card title="CPU and memory">
        {error === null ? <Skeleton className="h-10 w-full" /> : <p className="text-muted">{sentenceOf(error)}</p>}
      </Card>
    );
  }
  if (data.type === 'none' || measured === undefined) {
    return (
      <Card title="CPU and memory">
        {data.type === 'none' ? <NoUsageWords reason={data.reason} /> : <p className="text-muted">{why}</p>}
      </Card>
    );
  }
  const { history } = data;
  const containers = [...measured.containers];
  const specs = [...list(object, 'spec', 'initContainers'), ...list(object, 'spec', 'containers')];
  const boundsOf = (container: string) => containerBounds(specs.find((one) => text(one, 'name') === container));
  return (
    <Card title="CPU and memory" aside={<Measured at={measured.at} />} bodyClassName="flex flex-col divide-y">
      <Course
        usage={measured.usage}
        points={history.of(key)}
        bounds={resource === 'nodes' ? nodeBounds(object) : podBounds(object)}
        most={resource === 'nodes' ? 'allocatable' : 'limit'}
        {...(containers.length > 1 && { title: 'All containers' })}
      />
      {containers.length > 1 &&
        containers.map(([container, usage]) => (
          <Course
            key={container}
            title={container}
            usage={usage}
            points={history.of(key, { name: container, of: containers.length })}
            bounds={boundsOf(container)}
            most="limit"
          />
        ))}
    </Card>
  );
}

function Measured({ at }: { at: number }) {
  const ago = useTicking((now) => formatAge(now - at));
  return <span className="text-faint text-xs tabular-nums">measured {ago} ago</span>;
}

interface CourseProps {
  title?: string;
  usage: Usage;
  points: readonly UsagePoint[];
  bounds: Bounds;
  most: 'limit' | 'allocatable';
}

const names: Record<Amount, string> = { cpu: 'CPU', memory: 'Memory' };
const CHART = { width: 220, height: 36 };
/** A chart that has just begun spans this much time, in milliseconds; later all that is known. */
const LEAST_SPAN_MS = 2 * 60_000;

function Course({ title, usage, points, bounds, most }: CourseProps) {
  const span = Math.max(LEAST_SPAN_MS, (points.at(-1)?.at ?? 0) - (points[0]?.at ?? 0));
  return (
    <div className="flex flex-col gap-2 py-3 first:pt-0 last:pb-0">
      {title !== undefined && <h3 className="font-medium">{title}</h3>}
      <div className="grid gap-x-8 gap-y-3 sm:grid-cols-2">
        {(['cpu', 'memory'] as const).map((amount) => {
          const standing = standingOf(usage[amount], bounds, amount);
          return (
            <div key={amount} className="flex min-w-0 flex-wrap items-end gap-x-4 gap-y-1">
              <div className="flex min-w-0 flex-1 basis-48 flex-col gap-1">
                <span className="text-faint text-xs">{names[amount]}</span>
                <span className="tabular-nums">{usageWords(usage[amount], bounds, amount, most)}</span>
                <UsageBar standing={standing} />
              </div>
              <Sparkline
                {...CHART}
                points={points.map((point) => ({ at: point.at, value: point[amount] }))}
                top={standing.full ?? 0}
                span={span}
                className="text-muted"
              />
            </div>
          );
        })}
      </div>
    </div>
  );
}
