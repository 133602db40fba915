'use client';
import {
  MoreHorizontal,
  RotateCcw,
  Scaling,
  ScrollText,
  ShieldBan,
  ShieldCheck,
  SquareTerminal,
  Trash2,
} from 'lucide-react';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { Button } from '#components/ui/button.tsx';
import { ConfirmDialog } from '#components/ui/confirm-dialog.tsx';
import { CopyBox } from '#components/ui/copy-box.tsx';
import { ShowKubectl } from '#components/ui/kubectl.tsx';
import { Menu, MenuItem } from '#components/ui/menu.tsx';
import { toast } from '#components/ui/toast.tsx';
import { kindHref } from '#features/address/kind-href.ts';
import { DeleteDialog } from '#features/browser/delete-dialog.tsx';
import { isPod } from '#features/browser/row-menu.tsx';
import { openInDock } from '#features/dock/dock-store.ts';
import { useShortcut } from '#features/keyboard/use-shortcut.ts';
import { can } from '#features/kube/api-resource.ts';
import { type ObjectRef, patchObject, restartObject } from '#features/kube/kube-actions.ts';
import { sentenceOf } from '#features/kube/kube-error.ts';
import type { KubeObject } from '#features/kube/kube-object.ts';
import { commandLine, kubectlKind, namespaceFlag } from '#features/kube/kubectl-text.ts';
import { get, number } from '#features/kube/read.ts';
import { ScaleDialog } from './scale-dialog.tsx';

const restartable = new Set(['deployments', 'statefulsets', 'daemonsets']);

/** What can be done with an object: what its kind offers decides which buttons there are. */
export function ObjectActions({ target, object }: { target: ObjectRef; object: KubeObject }) {
  const { ref, resource, namespace, name } = target;
  const router = useRouter();
  const [dialog, setDialog] = useState<'scale' | 'restart' | 'delete'>();
  const pod = isPod(target);
  const scalable =
    resource.subresources.includes('scale') &&
    can(resource, 'patch') &&
    number(object, 'spec', 'replicas') !== undefined;
  const canRestart = resource.group === 'apps' && restartable.has(resource.resource) && can(resource, 'patch');
  const node = resource.group === '' && resource.resource === 'nodes';
  const cordoned = get(object, 'spec', 'unschedulable') === true;
  const deletable = can(resource, 'delete');
  const open = (kind: 'logs' | 'terminal') => openInDock({ kind, target: { ref, namespace, pod: name } });
  const words = [kubectlKind(resource), name, ...namespaceFlag(namespace)];

  useShortcut({ keys: 'l', label: 'Logs', enabled: pod }, () => open('logs'));
  useShortcut({ keys: 's', label: 'Terminal', enabled: pod }, () => open('terminal'));
  useShortcut({ keys: 'd', label: 'Delete', enabled: deletable }, () => setDialog('delete'));

  async function cordon() {
    try {
      await patchObject(target, { spec: { unschedulable: !cordoned } });
      toast({ title: cordoned ? `${name} takes pods again` : `${name} takes no new pods`, tone: 'ok' });
    } catch (error) {
      toast({ title: 'Not changed', description: sentenceOf(error), tone: 'bad' });
    }
  }
  return (
    <>
      {pod && (
        <>
          <Button icon={<ScrollText aria-hidden />} onClick={() => open('logs')}>
            Logs
          </Button>
          <Button icon={<SquareTerminal aria-hidden />} onClick={() => open('terminal')}>
            Terminal
          </Button>
        </>
      )}
      {scalable && (
        <Button icon={<Scaling aria-hidden />} onClick={() => setDialog('scale')}>
          Scale
        </Button>
      )}
      {canRestart && (
        <Button icon={<RotateCcw aria-hidden />} onClick={() => setDialog('restart')}>
          Restart
        </Button>
      )}
      {node && can(resource, 'patch') && (
        <Button icon={cordoned ? <ShieldCheck aria-hidden /> : <ShieldBan aria-hidden />} onClick={() => void cordon()}>
          {cordoned ? 'Uncordon' : 'Cordon'}
        </Button>
      )}
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
      {deletable && (
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
          <MenuItem icon={<Trash2 aria-hidden />} keys="d" danger onSelect={() => setDialog('delete')}>
            Delete
          </MenuItem>
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
        description="All its pods are replaced, a few at a time, as its strategy says."
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
