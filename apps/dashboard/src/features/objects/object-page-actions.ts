import { CalendarClock, Pencil, UnfoldVertical } from 'lucide-react';
import type { Action } from '#features/actions/action.ts';
import { type ApiResource, can } from '#features/kube/api-resource.ts';
import type { ObjectRef } from '#features/kube/kube-actions.ts';
import type { KubeObject } from '#features/kube/kube-object.ts';
import { number } from '#features/kube/read.ts';
import { onObject } from '#features/rights/needs.ts';
import type { ObjectAction } from '#features/workloads/object-action.ts';
import { type WorkloadContext, workloadActions } from '#features/workloads/workload-actions.ts';

export const showEvents: Action<{ showEvents: () => void }> = {
  id: 'object.events',
  label: 'Events',
  group: 'page',
  icon: CalendarClock,
  keys: 'e',
  run: ({ showEvents }) => showEvents(),
};

/** Begins to edit the YAML of an object. */
export const editYaml: ObjectAction<{ target: ObjectRef; edit: () => void }> = {
  id: 'object.edit',
  label: 'Edit',
  group: 'page',
  icon: Pencil,
  needs: onObject('update'),
  enabled: ({ target }) => can(target.resource, 'update'),
  run: ({ edit }) => edit(),
};

/** A loaded object, which determines the available actions. */
export interface LoadedContext extends WorkloadContext {
  target: ObjectRef;
  object: KubeObject;
  scale: () => void;
}

export type LoadedAction = ObjectAction<LoadedContext>;

const canScale = (resource: ApiResource) => resource.subresources.includes('scale') && can(resource, 'patch');

const scale: LoadedAction = {
  group: 'page',
  note: ({ target }) => target.name,
  id: 'object.scale',
  label: 'Scale',
  icon: UnfoldVertical,
  byName: { verbs: ['scale'], fits: canScale },
  needs: onObject('patch', 'scale'),
  enabled: ({ target, object }) => canScale(target.resource) && number(object, 'spec', 'replicas') !== undefined,
  run: ({ scale }) => scale(),
};

/** Actions for objects of certain kinds, in addition to those for any object. */
export const loadedActions: readonly LoadedAction[] = [scale, ...workloadActions];
