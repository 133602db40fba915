import { Copy, FileCode, ScrollText, SquareTerminal, Trash2 } from 'lucide-react';
import { toast } from '#components/ui/toast.tsx';
import { openInDock } from '#features/dock/dock-store.ts';
import { type ApiResource, can } from '#features/kube/api-resource.ts';
import type { ObjectRef } from '#features/kube/kube-actions.ts';
import { commandLine, kubectlKind, namespaceFlag } from '#features/kube/kubectl-text.ts';
import { hasLogs, type LogSelection, logsOf } from '#features/logs/log-selection.ts';
import { onObject, podLogs } from '#features/rights/needs.ts';
import type { ObjectAction } from '#features/workloads/object-action.ts';

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

/** Opens a terminal in a pod. @returns false if the object is not a pod. */
export function openTerminalOf(target: ObjectRef): boolean {
  if (!isPods(target.resource)) return false;
  openInDock({ kind: 'terminal', target: { ref: target.ref, namespace: target.namespace, pod: target.name } });
  return true;
}

/** Opens the logs of an object: a pod, or something that has pods. @returns false if it has none. */
export function openLogsOf(...targets: readonly ObjectRef[]): boolean {
  const selection = selectionOf(targets);
  if (selection === undefined) return false;
  openInDock({ kind: 'logs', selection });
  return true;
}

/** The logs of one object, or of several pods together. */
function selectionOf([first, ...others]: readonly ObjectRef[]): LogSelection | undefined {
  if (first === undefined || others.length === 0) return first && logsOf(first);
  const all = [first, ...others];
  if (!all.every(({ resource }) => isPods(resource))) return undefined;
  return { ref: first.ref, of: 'pods', pods: all.map(({ namespace, name }) => ({ namespace, name })) };
}

const object = {
  group: 'page',
  note: ({ target }: ObjectContext) => target?.name,
  enabled: ({ target }: ObjectContext) => target !== undefined,
} as const;

/** With several pods selected, opens their logs together. */
export const openLogs: ObjectAction<ObjectContext> = {
  ...object,
  id: 'object.logs',
  label: 'Logs',
  icon: ScrollText,
  keys: 'l',
  byName: { verbs: ['logs'], joint: 'of', fits: hasLogs },
  needs: ({ target, chosen = [] }) => podLogs({ chosen: subjectsOf(target, chosen) }),
  note: ({ target, chosen }) => (chosen.length > 1 ? `${chosen.length} selected` : target?.name),
  enabled: ({ target, chosen }) => selectionOf(subjectsOf(target, chosen)) !== undefined,
  run: ({ target, chosen }) => void openLogsOf(...subjectsOf(target, chosen)),
};

/** The selected objects, if there are several, otherwise the target. */
function subjectsOf(target: ObjectRef | undefined, chosen: readonly ObjectRef[]): readonly ObjectRef[] {
  if (chosen.length > 1) return chosen;
  return target === undefined ? chosen : [target];
}

export const openTerminal: ObjectAction<ObjectContext> = {
  ...object,
  id: 'pod.terminal',
  label: 'Terminal',
  icon: SquareTerminal,
  keys: 's',
  byName: { verbs: ['terminal', 'shell', 'exec'], joint: 'in', fits: isPods },
  // For the active row, whatever is selected.
  needs: ({ target }) => onObject('create', 'exec')({ target }),
  enabled: ({ target }) => target !== undefined && isPods(target.resource),
  run: ({ target }) => target && openTerminalOf(target),
};

export const showYaml: ObjectAction<ObjectContext> = {
  ...object,
  id: 'object.yaml',
  label: 'YAML',
  icon: FileCode,
  keys: 'y',
  byName: { verbs: ['yaml'], joint: 'of', fits: (resource) => can(resource, 'get') },
  run: ({ target, showYaml }) => target && showYaml(target),
};

const copyName: ObjectAction<ObjectContext> = {
  ...object,
  id: 'object.copy-name',
  label: 'Copy name',
  icon: Copy,
  run: ({ target }) => target && void copy(target.name),
};

const copyDescribe: ObjectAction<ObjectContext> = {
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
  needs: onObject('delete'),
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
