'use client';
import { useMutation, useQuery } from '@tanstack/react-query';
import { stringify } from 'yaml';
import { Button } from '#components/ui/button.tsx';
import { CopyBox } from '#components/ui/copy-box.tsx';
import { Dialog } from '#components/ui/dialog.tsx';
import { Skeleton } from '#components/ui/skeleton.tsx';
import { toast } from '#components/ui/toast.tsx';
import { getObject, type ObjectRef, sendPatch } from '#features/kube/kube-actions.ts';
import { adviceOf } from '#features/kube/kube-error.ts';
import { commandLine, kubectlKind, namespaceFlag } from '#features/kube/kubectl-text.ts';
import { record } from '#features/kube/read.ts';
import { DiffView } from '../diff-view.tsx';
import type { Revision } from './revision-list.ts';
import { rollbackPatch, whyNoRollback } from './rollback-patch.ts';

export interface RollbackDialogProps {
  target: ObjectRef;
  revision: Revision;
  onClose: () => void;
}

/** Shows what a rollback would change, from a dry run by the server, and does it. */
export function RollbackDialog({ target, revision, onClose }: RollbackDialogProps) {
  const { ref, resource, namespace, name } = target;
  const tried = useQuery({
    queryKey: ['rollback', ref.organization, ref.cluster, resource.resource, namespace, name, revision.name],
    queryFn: async () => {
      const live = await getObject(target);
      const refusal = whyNoRollback(live, revision);
      if (refusal !== undefined) throw new Error(refusal);
      const after = await sendPatch(target, rollbackPatch(live, revision), { dryRun: true });
      return { before: write(live), after: write(after) };
    },
    staleTime: 0,
    gcTime: 0,
    retry: false,
  });
  const undo = useMutation({
    mutationFn: async () => {
      // The patch is made again: it keeps annotations of the workload as it is now.
      const live = await getObject(target);
      const refusal = whyNoRollback(live, revision);
      if (refusal !== undefined) throw new Error(refusal);
      await sendPatch(target, rollbackPatch(live, revision), { dryRun: false });
    },
    onSuccess: () => {
      toast({ title: `${name} rolls back to revision ${revision.number}`, tone: 'ok' });
      onClose();
    },
  });
  const error = undo.error ?? tried.error;
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      size="lg"
      title={`Roll ${name} back to revision ${revision.number}?`}
      description="Its pods are replaced following its update strategy. This is what the server would change in the pod template:"
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            variant="danger"
            busy={undo.isPending}
            disabled={tried.data === undefined || tried.isFetching}
            onClick={() => undo.mutate()}
          >
            Roll back
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        {error !== null && (
          <p role="alert" className="text-bad [overflow-wrap:anywhere]">
            {adviceOf(error)}
          </p>
        )}
        {tried.data === undefined && tried.error === null && <Skeleton className="h-40 w-full" />}
        {tried.data !== undefined && <DiffView before={tried.data.before} after={tried.data.after} />}
        <CopyBox text={undoCommand(target, revision)} label="kubectl command" />
      </div>
    </Dialog>
  );
}

const write = (workload: unknown): string =>
  stringify(record(workload, 'spec', 'template'), { lineWidth: 0, aliasDuplicateObjects: false });

const undoCommand = ({ resource, namespace, name }: ObjectRef, revision: Revision): string =>
  commandLine(
    'kubectl',
    'rollout',
    'undo',
    `${kubectlKind(resource)}/${name}`,
    `--to-revision=${revision.number}`,
    ...namespaceFlag(namespace),
  );
