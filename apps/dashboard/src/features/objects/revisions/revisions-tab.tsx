'use client';
import { useMemo, useState } from 'react';
import { stringify } from 'yaml';
import { Badge } from '#components/ui/badge.tsx';
import { Button } from '#components/ui/button.tsx';
import { Card } from '#components/ui/card.tsx';
import { Skeleton } from '#components/ui/skeleton.tsx';
import { StatusDot } from '#components/ui/status-dot.tsx';
import { Time } from '#components/ui/time.tsx';
import type { Tone } from '#components/ui/tone.ts';
import { FreshnessLine } from '#features/freshness/freshness-line.tsx';
import { can } from '#features/kube/api-resource.ts';
import { knownKinds } from '#features/kube/known-kinds.ts';
import type { ObjectRef } from '#features/kube/kube-actions.ts';
import type { KubeObject } from '#features/kube/kube-object.ts';
import { wholeObjects } from '#features/kube/list-format.ts';
import { get } from '#features/kube/read.ts';
import { useLiveList } from '#features/kube/use-live-list.ts';
import { writeSelector } from '../describe/workloads.ts';
import { DiffView } from '../diff-view.tsx';
import { imagesOf, type Revision, revisionsOf } from './revision-list.ts';
import { RollbackDialog } from './rollback-dialog.tsx';
import { whyNoRollback } from './rollback-patch.ts';
import { rolloutStatus } from './rollout-status.ts';

const tones: Record<ReturnType<typeof rolloutStatus>['state'], Tone> = {
  done: 'ok',
  progressing: 'info',
  paused: 'warn',
  failed: 'bad',
};

/** The revisions of a Deployment, StatefulSet or DaemonSet, how its rollout is going, and the way back to each. */
export function RevisionsTab({ target, object }: { target: ObjectRef; object: KubeObject }) {
  const { ref, resource, namespace, name } = target;
  const list = useLiveList({
    ref,
    resource: resource.kind === 'Deployment' ? knownKinds.replicaSets : knownKinds.controllerRevisions,
    format: wholeObjects,
    namespaces: [namespace],
    labelSelector: writeSelector(get(object, 'spec', 'selector')) || undefined,
  });
  const revisions = useMemo(() => revisionsOf(object, list.items), [object, list.items]);
  const [chosen, setChosen] = useState<Revision>();
  const status = rolloutStatus(resource.kind, object);
  const { state } = list.freshness;
  return (
    <div className="flex flex-col gap-4">
      <Card title="Rollout" aside={<FreshnessLine freshness={list.freshness} onRetry={list.retry} />}>
        <p role="status">
          <StatusDot tone={tones[status.state]}>{status.words}</StatusDot>
        </p>
      </Card>
      <Card title="Revisions" bodyClassName="flex flex-col divide-y">
        {revisions.length === 0 &&
          (list.loaded ? (
            <p className="text-muted">{name} has no revisions yet.</p>
          ) : state === 'denied' || state === 'failed' ? (
            <p role="alert">{list.freshness.message}</p>
          ) : (
            <Skeleton className="h-16 w-full" />
          ))}
        {revisions.map((revision, index) => (
          <RevisionRow
            key={revision.name}
            revision={revision}
            before={revisions[index + 1]}
            refusal={whyNoRollback(object, revision)}
            {...(can(resource, 'patch') && { onRollBack: () => setChosen(revision) })}
          />
        ))}
      </Card>
      {chosen !== undefined && (
        <RollbackDialog target={target} revision={chosen} onClose={() => setChosen(undefined)} />
      )}
    </div>
  );
}

interface RevisionRowProps {
  revision: Revision;
  /** The revision before it, for comparison. */
  before: Revision | undefined;
  refusal: string | undefined;
  onRollBack?: () => void;
}

function RevisionRow({ revision, before, refusal, onRollBack }: RevisionRowProps) {
  const { number, at, cause, template, current } = revision;
  const [open, setOpen] = useState(false);
  return (
    <div className="flex flex-col gap-2 py-3 first:pt-0 last:pb-0">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-1">
        <h3 className="font-medium tabular-nums">Revision {number}</h3>
        {current && <Badge>current</Badge>}
        {at !== '' && <Time at={at} form="ago" className="text-muted" />}
        <span className="min-w-0 flex-1 basis-40 text-muted [overflow-wrap:anywhere]">{cause}</span>
        {before !== undefined && (
          <Button size="sm" variant="ghost" aria-expanded={open} onClick={() => setOpen(!open)}>
            {open ? 'Hide changes' : 'Changes'}
          </Button>
        )}
        {onRollBack !== undefined && !current && (
          <Button
            size="sm"
            disabled={refusal !== undefined}
            title={refusal}
            aria-label={`Roll back to revision ${number}`}
            onClick={onRollBack}
          >
            Roll back
          </Button>
        )}
      </div>
      <p className="text-muted">
        {imagesOf(template).map((image) => (
          <code key={image} className="mr-4 [overflow-wrap:anywhere]">
            {image}
          </code>
        ))}
      </p>
      {open && before !== undefined && (
        <>
          <p className="text-faint text-xs">Compared with revision {before.number}</p>
          <DiffView before={write(before.template)} after={write(template)} />
        </>
      )}
    </div>
  );
}

const write = (template: Record<string, unknown>): string =>
  stringify(template, { lineWidth: 0, aliasDuplicateObjects: false });
