'use client';
import { MoreHorizontal } from 'lucide-react';
import { useState } from 'react';
import { deferred } from '#components/deferred.tsx';
import { ShowKubectl } from '#components/ui/kubectl.tsx';
import { Menu, MenuSeparator } from '#components/ui/menu.tsx';
import { OpeningLayer } from '#components/ui/opening-layer.tsx';
import { bindAction, neededBy } from '#features/actions/action.ts';
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
import { useRights } from '#features/rights/use-rights.ts';
import { navigate } from '#features/router/address-bar.ts';
import { minorActions, revisionsAction } from '#features/workloads/workload-actions.ts';
import type { ObjectDialog } from './object-dialogs.tsx';
import { type LoadedContext, loadedActions } from './object-page-actions.ts';

// The page itself shows the YAML, even of a deleted object.
const offered = objectActions.filter((action) => action !== showYaml);

// Loaded when first used.
const ObjectDialogs = deferred(() => import('./object-dialogs.tsx').then((module) => module.ObjectDialogs), {
  placeholder: <OpeningLayer />,
});

export interface ObjectToolbarProps {
  target: ObjectRef;
  object: KubeObject;
  showRevisions: () => void;
}

/** The buttons for an object; which ones there are depends on its kind. */
export function ObjectToolbar({ target, object, showRevisions }: ObjectToolbarProps) {
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
    chosen: [target],
    object,
    scale: () => setDialog('scale'),
    ask: setDialog,
    showRevisions,
  };
  const rights = useRights([...neededBy(loadedActions, loaded), ...neededBy(offered, context)]);
  useActions(loadedActions, loaded, rights);
  useActions(offered, context, rights);
  const pod = bindAction(openTerminal, context).enabled;
  const deletion = bindAction(deleteObjects, context, rights);
  const minor = loadedActions
    .filter(({ id }) => minorActions.includes(id))
    .map((action) => bindAction(action, loaded, rights))
    .filter(({ enabled }) => enabled);
  const words = [kubectlKind(resource), name, ...namespaceFlag(namespace)];

  return (
    <>
      <ActionButton action={bindAction(openLogs, context, rights)} />
      <ActionButton action={bindAction(openTerminal, context, rights)} />
      {loadedActions
        .filter((action) => action.id !== revisionsAction && !minorActions.includes(action.id))
        .map((action) => (
          <ActionButton key={action.id} action={bindAction(action, loaded, rights)} />
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
      {(deletion.enabled || minor.length > 0) && (
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
          {minor.map((action) => (
            <ActionItem key={action.id} action={action} />
          ))}
          {deletion.enabled && minor.length > 0 && <MenuSeparator />}
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
