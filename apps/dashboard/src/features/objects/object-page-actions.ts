import { CalendarClock, RotateCcw, ShieldBan, ShieldCheck, UnfoldVertical } from 'lucide-react';
import type { Action } from '#features/actions/action.ts';
import type { ObjectAction } from '#features/browser/object-action.ts';
import { type ApiResource, can } from '#features/kube/api-resource.ts';
import type { ObjectRef } from '#features/kube/kube-actions.ts';
import type { KubeObject } from '#features/kube/kube-object.ts';
import { get, number } from '#features/kube/read.ts';

export const showEvents: Action<{ showEvents: () => void }> = {
  id: 'object.events',
  label: 'Events',
  group: 'page',
  icon: CalendarClock,
  keys: 'e',
  run: ({ showEvents }) => showEvents(),
};

/** What asks before it acts, see `ObjectDialogs`. */
export type LoadedDialog = 'scale' | 'restart';

/** A loaded object, which determines the available actions. */
export interface LoadedContext {
  target: ObjectRef;
  object: KubeObject;
  ask: (dialog: LoadedDialog) => void;
  cordon: (cordoned: boolean) => void;
}

export type LoadedAction = ObjectAction<LoadedContext>;

const restartable = new Set(['deployments', 'statefulsets', 'daemonsets']);
const page = { group: 'page', note: ({ target }: LoadedContext) => target.name } as const;

const canScale = (resource: ApiResource) => resource.subresources.includes('scale') && can(resource, 'patch');
const canRestart = (resource: ApiResource) =>
  resource.group === 'apps' && restartable.has(resource.resource) && can(resource, 'patch');
const canCordon = (resource: ApiResource) =>
  resource.group === '' && resource.resource === 'nodes' && can(resource, 'patch');

const scale: LoadedAction = {
  ...page,
  id: 'object.scale',
  label: 'Scale',
  icon: UnfoldVertical,
  byName: { verbs: ['scale'], fits: canScale },
  enabled: ({ target, object }) => canScale(target.resource) && number(object, 'spec', 'replicas') !== undefined,
  run: ({ ask }) => ask('scale'),
};

const restart: LoadedAction = {
  ...page,
  id: 'object.restart',
  label: 'Restart',
  icon: RotateCcw,
  byName: { verbs: ['restart'], fits: canRestart },
  enabled: ({ target }) => canRestart(target.resource),
  run: ({ ask }) => ask('restart'),
};

const isCordoned = (object: KubeObject) => get(object, 'spec', 'unschedulable') === true;

function cordoning(cordoned: boolean): LoadedAction {
  return {
    ...page,
    id: cordoned ? 'node.cordon' : 'node.uncordon',
    label: cordoned ? 'Cordon' : 'Uncordon',
    icon: cordoned ? ShieldBan : ShieldCheck,
    byName: { verbs: [cordoned ? 'cordon' : 'uncordon'], fits: canCordon },
    enabled: ({ target, object }) => canCordon(target.resource) && isCordoned(object) !== cordoned,
    run: ({ cordon }) => cordon(cordoned),
  };
}

/** Actions for objects of certain kinds, in addition to those for any object. */
export const loadedActions: readonly LoadedAction[] = [scale, restart, cordoning(true), cordoning(false)];
