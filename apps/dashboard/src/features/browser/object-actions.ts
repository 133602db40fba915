import { Copy, FileCode, ScrollText, SquareTerminal, Trash2 } from 'lucide-react';
import { toast } from '#components/ui/toast.tsx';
import type { Action } from '#features/actions/action.ts';
import { type DockTab, openInDock } from '#features/dock/dock-store.ts';
import { type ApiResource, can } from '#features/kube/api-resource.ts';
import type { ObjectRef } from '#features/kube/kube-actions.ts';
import { commandLine, kubectlKind, namespaceFlag } from '#features/kube/kubectl-text.ts';
import type { ByName, ObjectAction } from './object-action.ts';

/** The object of an action, and how the page performs it. */
export interface ObjectContext {
  /** Undefined if none is chosen. */
  target: ObjectRef | undefined;
  /** The objects to delete: all selected ones, otherwise the target. */
  chosen: readonly ObjectRef[];
  showYaml: (target: ObjectRef) => void;
  askToDelete: (targets: readonly ObjectRef[]) => void;
}

const isPods = ({ group, resource }: ApiResource): boolean => group === '' && resource === 'pods';

/** Opens the logs of a pod, or a terminal in it. @returns false if the object is not a pod. */
export function openPod(kind: DockTab['kind'], target: ObjectRef): boolean {
  if (!isPods(target.resource)) return false;
  openInDock({ kind, target: { ref: target.ref, namespace: target.namespace, pod: target.name } });
  return true;
}

const object = {
  group: 'page',
  note: ({ target }: ObjectContext) => target?.name,
  enabled: ({ target }: ObjectContext) => target !== undefined,
} as const;

function opensDock(
  kind: DockTab['kind'],
  { verbs, joint, ...looks }: Pick<Action<ObjectContext>, 'label' | 'icon' | 'keys'> & Omit<ByName, 'fits'>,
) {
  return {
    ...object,
    ...looks,
    byName: { verbs, joint, fits: isPods },
    id: `pod.${kind}`,
    enabled: ({ target }) => target !== undefined && isPods(target.resource),
    run: ({ target }) => target && openPod(kind, target),
  } satisfies ObjectAction<ObjectContext>;
}

export const openLogs: ObjectAction<ObjectContext> = opensDock('logs', {
  label: 'Logs',
  icon: ScrollText,
  keys: 'l',
  verbs: ['logs'],
  joint: 'of',
});

export const openTerminal: ObjectAction<ObjectContext> = opensDock('terminal', {
  label: 'Terminal',
  icon: SquareTerminal,
  keys: 's',
  verbs: ['terminal', 'shell', 'exec'],
  joint: 'in',
});

export const showYaml: ObjectAction<ObjectContext> = {
  ...object,
  id: 'object.yaml',
  label: 'YAML',
  icon: FileCode,
  keys: 'y',
  byName: { verbs: ['yaml'], joint: 'of', fits: (resource) => can(resource, 'get') },
  run: ({ target, showYaml }) => target && showYaml(target),
};

const copyName: Action<ObjectContext> = {
  ...object,
  id: 'object.copy-name',
  label: 'Copy name',
  icon: Copy,
  run: ({ target }) => target && void copy(target.name),
};

const copyDescribe: Action<ObjectContext> = {
  ...object,
  id: 'object.copy-describe',
  label: 'Copy kubectl describe',
  icon: Copy,
  run: ({ target }) => target && void copy(describeCommand(target)),
};

const deletable = (resource: ApiResource): boolean => can(resource, 'delete');

export const deleteObjects: ObjectAction<ObjectContext> = {
  group: 'page',
  id: 'object.delete',
  label: 'Delete',
  icon: Trash2,
  keys: 'd',
  danger: true,
  note: ({ chosen }) => (chosen.length > 1 ? `${chosen.length} selected` : chosen[0]?.name),
  byName: { verbs: ['delete'], fits: deletable },
  enabled: ({ chosen: [first] }) => first !== undefined && deletable(first.resource),
  run: ({ chosen, askToDelete }) => askToDelete(chosen),
};

/** The actions available for any object, in the order of a menu. */
export const objectActions: readonly ObjectAction<ObjectContext>[] = [
  openLogs,
  openTerminal,
  showYaml,
  copyName,
  copyDescribe,
  deleteObjects,
];

function describeCommand({ resource, namespace, name }: ObjectRef): string {
  return commandLine('kubectl', 'describe', kubectlKind(resource), name, ...namespaceFlag(namespace));
}

async function copy(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    toast({ title: 'Copied', description: text });
  } catch {
    toast({ title: 'The browser blocked copying', tone: 'warn' });
  }
}
