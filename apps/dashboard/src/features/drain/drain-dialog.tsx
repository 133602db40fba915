'use client';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { Button } from '#components/ui/button.tsx';
import { Checkbox } from '#components/ui/checkbox.tsx';
import { CopyBox } from '#components/ui/copy-box.tsx';
import { Dialog } from '#components/ui/dialog.tsx';
import { Skeleton } from '#components/ui/skeleton.tsx';
import type { ObjectRef } from '#features/kube/kube-actions.ts';
import { adviceOf } from '#features/kube/kube-error.ts';
import { commandLine } from '#features/kube/kubectl-text.ts';
import type { DrainPlan, DrainPod } from './drain-plan.ts';
import { isDraining, startDrain } from './drain-store.ts';
import { loadPlan } from './load-plan.ts';

/** Shows what draining a node would do, and starts it. */
export function DrainDialog({ target, onClose }: { target: ObjectRef; onClose: () => void }) {
  const { ref, name } = target;
  const { data, error, isFetching, refetch } = useQuery({
    queryKey: ['drain-plan', ref.organization, ref.cluster, name],
    queryFn: ({ signal }) => loadPlan(target, signal),
    // Never an old plan: pods may have moved since.
    staleTime: 0,
    gcTime: 0,
    retry: false,
  });
  const [forced, setForced] = useState(false);
  const unmanaged = data?.unmanaged ?? [];
  const ready = data !== undefined && !isFetching && (unmanaged.length === 0 || forced) && !isDraining(target);

  function start() {
    if (data === undefined || !ready) return;
    startDrain(target, [...data.evicted, ...data.unmanaged]);
    onClose();
  }
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={`Drain ${name}?`}
      description="Cordons the node and evicts its pods, as fast as disruption budgets allow. It runs in this tab: keep it open until the end."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="danger" disabled={!ready} onClick={start}>
            Drain
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        {error !== null && (
          <div role="alert" className="flex flex-col items-start gap-2 text-bad">
            <p>{adviceOf(error)}</p>
            <Button size="sm" onClick={() => void refetch()}>
              Try again
            </Button>
          </div>
        )}
        {data === undefined && error === null && <Skeleton className="h-32 w-full" />}
        {isDraining(target) && <p role="status">This node is being drained already.</p>}
        {data !== undefined && <Plan plan={data} />}
        {unmanaged.length > 0 && (
          <Checkbox checked={forced} onChange={(event) => setForced(event.target.checked)}>
            Also evict the {unmanaged.length === 1 ? 'pod' : `${unmanaged.length} pods`} that nothing replaces
          </Checkbox>
        )}
        <CopyBox text={drainCommand(name, forced && unmanaged.length > 0)} label="kubectl command" />
      </div>
    </Dialog>
  );
}

function Plan({ plan }: { plan: DrainPlan }) {
  const { evicted, unmanaged, daemons, mirrors } = plan;
  const running = evicted.filter(({ finished }) => !finished);
  const local = [...running, ...unmanaged].filter(({ emptyDirs }) => emptyDirs.length > 0);
  return (
    <div className="flex flex-col gap-3">
      <Group title="Evicted, and replaced elsewhere" pods={running} open={running.length <= 12} />
      <Group title="Evicted and gone: nothing replaces them" pods={unmanaged} open />
      {local.length > 0 && (
        <p className="text-warn">
          Files in emptyDir volumes are lost:{' '}
          {local.map((pod) => `${pod.name} (${pod.emptyDirs.join(', ')})`).join(', ')}.
        </p>
      )}
      <Group title="Removed, because they have ended" pods={evicted.filter(({ finished }) => finished)} />
      <Group title="Left alone, because their daemon set would start them again" pods={daemons} />
      <Group title="Left alone, because the kubelet runs them itself" pods={mirrors} />
      {evicted.length + unmanaged.length === 0 && <p>There is nothing to evict: the node is only cordoned.</p>}
    </div>
  );
}

function Group({ title, pods, open = false }: { title: ReactNode; pods: readonly DrainPod[]; open?: boolean }) {
  if (pods.length === 0) return null;
  return (
    <details open={open}>
      <summary className="cursor-default">
        <span className="font-medium">{title}</span> <span className="text-muted tabular-nums">{pods.length}</span>
      </summary>
      <ul className="mt-1 flex flex-col gap-0.5 pl-4">
        {pods.map((pod) => (
          <li key={pod.uid} className="flex flex-wrap gap-x-3 [overflow-wrap:anywhere]">
            <span>{pod.name}</span>
            <span className="text-muted">{pod.namespace}</span>
            {pod.controller !== undefined && (
              <span className="text-faint">
                {pod.controller.kind} {pod.controller.name}
              </span>
            )}
          </li>
        ))}
      </ul>
    </details>
  );
}

const drainCommand = (node: string, force: boolean): string =>
  commandLine('kubectl', 'drain', node, '--ignore-daemonsets', '--delete-emptydir-data', force ? '--force' : undefined);
