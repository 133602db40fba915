'use client';
import { ConfirmDialog } from '#components/ui/confirm-dialog.tsx';
import { CopyBox } from '#components/ui/copy-box.tsx';
import { toast } from '#components/ui/toast.tsx';
import { DeleteDialog } from '#features/browser/delete-dialog.tsx';
import { type ObjectRef, restartObject } from '#features/kube/kube-actions.ts';
import { sentenceOf } from '#features/kube/kube-error.ts';
import type { KubeObject } from '#features/kube/kube-object.ts';
import { commandLine, kubectlKind, namespaceFlag } from '#features/kube/kubectl-text.ts';
import { number } from '#features/kube/read.ts';
import type { LoadedDialog } from './object-page-actions.ts';
import { ScaleDialog } from './scale-dialog.tsx';

export type ObjectDialog = LoadedDialog | 'delete';

export interface ObjectDialogsProps {
  /** The one that is open, if any. */
  dialog: ObjectDialog | undefined;
  target: ObjectRef;
  object: KubeObject;
  onClose: () => void;
  onDeleted?: () => void;
}

/** The dialogs of the actions on one object. */
export function ObjectDialogs({ dialog, target, object, onClose, onDeleted }: ObjectDialogsProps) {
  const { resource, namespace, name } = target;
  return (
    <>
      {dialog === 'scale' && (
        <ScaleDialog target={target} replicas={number(object, 'spec', 'replicas') ?? 0} onClose={onClose} />
      )}
      <ConfirmDialog
        open={dialog === 'restart'}
        onOpenChange={(next) => !next && onClose()}
        title={`Restart ${name}?`}
        description="Replaces all its pods, a few at a time, following its update strategy."
        action="Restart"
        onConfirm={async () => {
          await restartObject(target, new Date()).catch((error: unknown) => {
            throw new Error(sentenceOf(error));
          });
          toast({ title: `${name} restarts`, tone: 'ok' });
        }}
      >
        <CopyBox
          text={commandLine(
            'kubectl',
            'rollout',
            'restart',
            `${kubectlKind(resource)}/${name}`,
            ...namespaceFlag(namespace),
          )}
          label="kubectl command"
        />
      </ConfirmDialog>
      {dialog === 'delete' && (
        <DeleteDialog targets={[target]} onClose={onClose} {...(onDeleted !== undefined && { onDeleted })} />
      )}
    </>
  );
}
