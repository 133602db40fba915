'use client';
import { MoreHorizontal } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { ConfirmDialog } from '#components/ui/confirm-dialog.tsx';
import { CopyBox } from '#components/ui/copy-box.tsx';
import { ShowKubectl } from '#components/ui/kubectl.tsx';
import { Menu } from '#components/ui/menu.tsx';
import { toast } from '#components/ui/toast.tsx';
import { bindAction } from '#features/actions/action.ts';
import { ActionButton } from '#features/actions/action-button.tsx';
import { ActionItem } from '#features/actions/action-item.tsx';
import { useActions } from '#features/actions/use-actions.ts';
import { kindHref } from '#features/address/kind-href.ts';
import { DeleteDialog } from '#features/browser/delete-dialog.tsx';
import {
  deleteObjects,
  type ObjectContext,
  objectActions,
  openLogs,
  openTerminal,
  showYaml,
} from '#features/browser/object-actions.ts';
import { type ObjectRef, patchObject, restartObject } from '#features/kube/kube-actions.ts';
import { sentenceOf } from '#features/kube/kube-error.ts';
import type { KubeObject } from '#features/kube/kube-object.ts';
import { commandLine, kubectlKind, namespaceFlag } from '#features/kube/kubectl-text.ts';
import { number } from '#features/kube/read.ts';
import { type LoadedContext, loadedActions } from './object-page-actions.ts';
import { ScaleDialog } from './scale-dialog.tsx';

// The page itself shows the YAML, even of a deleted object.
const offered = objectActions.filter((action) => action !== showYaml);

/** The buttons for an object; which ones there are depends on its kind. */
export function ObjectToolbar({ target, object }: { target: ObjectRef; object: KubeObject }) {
  const { ref, resource, namespace, name } = target;
  const router = useRouter();
  const [dialog, setDialog] = useState<'scale' | 'restart' | 'delete'>();
  const context: ObjectContext = {
    target,
    chosen: [target],
    showYaml: () => undefined,
    askToDelete: () => setDialog('delete'),
  };
  const loaded: LoadedContext = { target, object, ask: setDialog, cordon: (cordoned) => void cordon(cordoned) };
  useActions(offered, context);
  useActions(loadedActions, loaded);
  const pod = bindAction(openLogs, context).enabled;
  const deletion = bindAction(deleteObjects, context);
  const words = [kubectlKind(resource), name, ...namespaceFlag(namespace)];

  async function cordon(cordoned: boolean) {
    try {
      await patchObject(target, { spec: { unschedulable: cordoned } });
      toast({ title: cordoned ? `${name} takes no new pods` : `${name} takes pods again`, tone: 'ok' });
    } catch (error) {
      toast({ title: 'Not changed', description: sentenceOf(error), tone: 'bad' });
    }
  }
  return (
    <>
      <ActionButton action={bindAction(openLogs, context)} />
      <ActionButton action={bindAction(openTerminal, context)} />
      {loadedActions.map((action) => (
        <ActionButton key={action.id} action={bindAction(action, loaded)} />
      ))}
      <ShowKubectl
        commands={[
          { label: 'Describe it', command: commandLine('kubectl', 'describe', ...words) },
          { label: 'As YAML', command: commandLine('kubectl', 'get', ...words, '-o', 'yaml') },
          { label: 'Edit it', command: commandLine('kubectl', 'edit', ...words) },
          ...(pod
            ? [
                { label: 'Logs', command: commandLine('kubectl', 'logs', '-f', name, ...namespaceFlag(namespace)) },
                {
                  label: 'Terminal',
                  command: commandLine('kubectl', 'exec', '-it', name, ...namespaceFlag(namespace), '--', 'sh'),
                },
              ]
            : []),
        ]}
      />
      {deletion.enabled && (
        <Menu
          trigger={
            <button
              type="button"
              aria-label="More actions"
              className="inline-flex size-8 items-center justify-center rounded-md text-muted hover:bg-hover hover:text-ink max-sm:size-9"
            >
              <MoreHorizontal className="size-4" aria-hidden />
            </button>
          }
        >
          <ActionItem action={deletion} />
        </Menu>
      )}
      {dialog === 'scale' && (
        <ScaleDialog
          target={target}
          replicas={number(object, 'spec', 'replicas') ?? 0}
          onClose={() => setDialog(undefined)}
        />
      )}
      <ConfirmDialog
        open={dialog === 'restart'}
        onOpenChange={(next) => !next && setDialog(undefined)}
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
        <DeleteDialog
          targets={[target]}
          onClose={() => setDialog(undefined)}
          onDeleted={() => router.push(kindHref(ref, resource, namespace))}
        />
      )}
    </>
  );
}
