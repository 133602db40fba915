'use client';
import { MoreHorizontal } from 'lucide-react';
import { useState } from 'react';
import { deferred } from '#components/deferred.tsx';
import { ShowKubectl } from '#components/ui/kubectl.tsx';
import { Menu } from '#components/ui/menu.tsx';
import { OpeningLayer } from '#components/ui/opening-layer.tsx';
import { bindAction } from '#features/actions/action.ts';
import { ActionButton } from '#features/actions/action-button.tsx';
import { ActionItem } from '#features/actions/action-item.tsx';
import { useActions } from '#features/actions/use-actions.ts';
import { kindHref } from '#features/address/kind-href.ts';
import {
  deleteObjects,
  type ObjectContext,
  objectActions,
  openLogs,
  openTerminal,
  showYaml,
} from '#features/browser/object-actions.ts';
import type { ObjectRef } from '#features/kube/kube-actions.ts';
import type { KubeObject } from '#features/kube/kube-object.ts';
import { commandLine, kubectlKind, namespaceFlag } from '#features/kube/kubectl-text.ts';
import { navigate } from '#features/router/address-bar.ts';
import { cordonNode } from './cordon-node.ts';
import type { ObjectDialog } from './object-dialogs.tsx';
import { type LoadedContext, loadedActions } from './object-page-actions.ts';

// The page itself shows the YAML, even of a deleted object.
const offered = objectActions.filter((action) => action !== showYaml);

// Loaded when first used.
const ObjectDialogs = deferred(() => import('./object-dialogs.tsx').then((module) => module.ObjectDialogs), {
  placeholder: <OpeningLayer />,
});

/** The buttons for an object; which ones there are depends on its kind. */
export function ObjectToolbar({ target, object }: { target: ObjectRef; object: KubeObject }) {
  const { ref, resource, namespace, name } = target;
  const [dialog, setDialog] = useState<ObjectDialog>();
  const context: ObjectContext = {
    target,
    chosen: [target],
    showYaml: () => undefined,
    askToDelete: () => setDialog('delete'),
  };
  const loaded: LoadedContext = {
    target,
    object,
    ask: setDialog,
    cordon: (cordoned) => void cordonNode(target, cordoned),
  };
  useActions(loadedActions, loaded);
  useActions(offered, context);
  const pod = bindAction(openTerminal, context).enabled;
  const deletion = bindAction(deleteObjects, context);
  const words = [kubectlKind(resource), name, ...namespaceFlag(namespace)];

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
      {dialog !== undefined && (
        <ObjectDialogs
          dialog={dialog}
          target={target}
          object={object}
          onClose={() => setDialog(undefined)}
          onDeleted={() => navigate(kindHref(ref, resource, namespace))}
        />
      )}
    </>
  );
}
