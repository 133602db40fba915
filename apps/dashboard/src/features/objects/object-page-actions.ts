import { CalendarClock, RotateCcw, Scaling, ShieldBan, ShieldCheck } from 'lucide-react';
import type { Action } from '#features/actions/action.ts';
import { can } from '#features/kube/api-resource.ts';
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

/** A loaded object, which determines the available actions. */
export interface LoadedContext {
  target: ObjectRef;
  object: KubeObject;
  ask: (dialog: 'scale' | 'restart') => void;
  cordon: (cordoned: boolean) => void;
}

const restartable = new Set(['deployments', 'statefulsets', 'daemonsets']);
const page = { group: 'page', note: ({ target }: LoadedContext) => target.name } as const;

const scale: Action<LoadedContext> = {
  ...page,
  id: 'object.scale',
  label: 'Scale',
  icon: Scaling,
  enabled: ({ target: { resource }, object }) =>
    resource.subresources.includes('scale') &&
    can(resource, 'patch') &&
    number(object, 'spec', 'replicas') !== undefined,
  run: ({ ask }) => ask('scale'),
};

const restart: Action<LoadedContext> = {
  ...page,
  id: 'object.restart',
  label: 'Restart',
  icon: RotateCcw,
  enabled: ({ target: { resource } }) =>
    resource.group === 'apps' && restartable.has(resource.resource) && can(resource, 'patch'),
  run: ({ ask }) => ask('restart'),
};

const isNode = ({ resource }: ObjectRef) => resource.group === '' && resource.resource === 'nodes';
const isCordoned = (object: KubeObject) => get(object, 'spec', 'unschedulable') === true;

function cordoning(cordoned: boolean): Action<LoadedContext> {
  return {
    ...page,
    id: cordoned ? 'node.cordon' : 'node.uncordon',
    label: cordoned ? 'Cordon' : 'Uncordon',
    icon: cordoned ? ShieldBan : ShieldCheck,
    enabled: ({ target, object }) => isNode(target) && can(target.resource, 'patch') && isCordoned(object) !== cordoned,
    run: ({ cordon }) => cordon(cordoned),
  };
}

/** Actions for objects of certain kinds, in addition to those for any object. */
export const loadedActions: readonly Action<LoadedContext>[] = [scale, restart, cordoning(true), cordoning(false)];
