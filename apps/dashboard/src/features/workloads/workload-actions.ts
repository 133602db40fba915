import {
  CirclePause,
  CirclePlay,
  EthernetPort,
  History,
  type LucideIcon,
  Play,
  RotateCcw,
  ShieldBan,
  ShieldCheck,
  ShieldMinus,
} from 'lucide-react';
import { type ApiResource, can, resourceId } from '#features/kube/api-resource.ts';
import type { ObjectRef } from '#features/kube/kube-actions.ts';
import type { KubeObject } from '#features/kube/kube-object.ts';
import { get } from '#features/kube/read.ts';
import { allOf, besideObject, onObject } from '#features/rights/needs.ts';
import type { Asked } from './asked.ts';
import type { ObjectAction } from './object-action.ts';
import type { OperationId } from './operations.ts';

/** The objects of an action, all of one kind, and how the page shows what it asks for. */
export interface WorkloadContext {
  /** All selected objects, otherwise the active one. */
  chosen: readonly ObjectRef[];
  /** The object, if there is one and the page has loaded it; decides between pausing and resuming, for example. */
  object?: KubeObject | undefined;
  ask: (asked: Asked) => void;
  showRevisions: (target: ObjectRef) => void;
}

const REVISED: readonly string[] = ['deployments.apps', 'statefulsets.apps', 'daemonsets.apps'];

/** Whether earlier revisions of a kind are kept. */
export const hasRevisions = (target: Pick<ObjectRef, 'resource'>): boolean =>
  REVISED.includes(resourceId(target.resource));

const page = {
  group: 'page',
  note: ({ chosen }: WorkloadContext) => (chosen.length > 1 ? `${chosen.length} selected` : chosen[0]?.name),
} as const;

interface OperationRule {
  id: string;
  /** What people type before the name of an object, in the palette. */
  verbs: readonly string[];
  operation: OperationId;
  label: string;
  icon: LucideIcon;
  kinds: readonly string[];
  /** Whether it has an effect on an object in this state; asked only if the object is known. */
  applies?: (object: KubeObject) => boolean;
  /** Whether the object must be known, because the table does not show its state. */
  onPage?: boolean;
}

function operation(rule: OperationRule): ObjectAction<WorkloadContext> {
  const { operation, kinds, applies, onPage = false, verbs, ...looks } = rule;
  const fits = (resource: ApiResource) => kinds.includes(resourceId(resource)) && can(resource, 'patch');
  return {
    ...page,
    ...looks,
    byName: { verbs, fits },
    needs: onObject('patch'),
    enabled: ({ chosen, object }) =>
      chosen.length > 0 &&
      chosen.every(({ resource }) => fits(resource)) &&
      (object === undefined ? !onPage : (applies?.(object) ?? true)),
    run: ({ chosen, ask }) => ask({ dialog: 'operation', operation, targets: chosen }),
  };
}

/** An action for exactly one object of certain kinds. */
function single(
  kinds: readonly string[],
  action: Pick<ObjectAction<WorkloadContext>, 'id' | 'label' | 'icon' | 'words' | 'needs'> & {
    verb?: string;
    verbs: readonly string[];
    run: (context: WorkloadContext, target: ObjectRef) => void;
  },
): ObjectAction<WorkloadContext> {
  const { run, verb, verbs, ...looks } = action;
  const fits = (resource: ApiResource) =>
    kinds.includes(resourceId(resource)) && (verb === undefined || can(resource, verb));
  return {
    ...page,
    ...looks,
    byName: { verbs, fits },
    enabled: ({ chosen: [target, more] }) => target !== undefined && more === undefined && fits(target.resource),
    run: (context) => context.chosen[0] && run(context, context.chosen[0]),
  };
}

const is = (field: string, wanted: boolean) => (object: KubeObject) => (get(object, 'spec', field) === true) === wanted;

const NODES = ['nodes'];
const JOBS = { group: 'batch', resource: 'jobs' };
const SUSPENDABLE = ['cronjobs.batch', 'jobs.batch'];

const restart = operation({
  id: 'object.restart',
  verbs: ['restart'],
  operation: 'restart',
  label: 'Restart',
  icon: RotateCcw,
  kinds: REVISED,
});

const revisions = single(REVISED, {
  id: 'workload.revisions',
  verbs: ['rollback', 'undo', 'revisions'],
  label: 'Revisions',
  icon: History,
  words: ['rollback', 'undo', 'history'],
  run: ({ showRevisions }, target) => showRevisions(target),
});

const pause = operation({
  id: 'workload.pause',
  verbs: ['pause'],
  operation: 'pause',
  label: 'Pause rollout',
  icon: CirclePause,
  kinds: ['deployments.apps'],
  applies: is('paused', false),
  onPage: true,
});

const resume = operation({
  id: 'workload.resume',
  verbs: ['resume'],
  operation: 'resume',
  label: 'Resume rollout',
  icon: CirclePlay,
  kinds: ['deployments.apps'],
  applies: is('paused', true),
  onPage: true,
});

const trigger = single(['cronjobs.batch'], {
  id: 'cronjob.trigger',
  verbs: ['run', 'trigger'],
  label: 'Run now',
  icon: Play,
  words: ['trigger'],
  needs: besideObject('create', JOBS),
  run: ({ ask }, target) => ask({ dialog: 'run-job', target }),
});

const rerun = single(['jobs.batch'], {
  id: 'job.rerun',
  verbs: ['run', 'rerun'],
  label: 'Run again',
  icon: Play,
  verb: 'create',
  words: ['rerun'],
  needs: besideObject('create', JOBS),
  run: ({ ask }, target) => ask({ dialog: 'run-job', target }),
});

const suspend = operation({
  id: 'job.suspend',
  verbs: ['suspend'],
  operation: 'suspend',
  label: 'Suspend',
  icon: CirclePause,
  kinds: SUSPENDABLE,
  applies: (object) => is('suspend', false)(object) && get(object, 'status', 'completionTime') === undefined,
});

const unsuspend = operation({
  id: 'job.resume',
  verbs: ['resume'],
  operation: 'unsuspend',
  label: 'Resume',
  icon: CirclePlay,
  kinds: SUSPENDABLE,
  applies: is('suspend', true),
});

const cordon = operation({
  id: 'node.cordon',
  verbs: ['cordon'],
  operation: 'cordon',
  label: 'Cordon',
  icon: ShieldBan,
  kinds: NODES,
  applies: is('unschedulable', false),
});

const uncordon = operation({
  id: 'node.uncordon',
  verbs: ['uncordon'],
  operation: 'uncordon',
  label: 'Uncordon',
  icon: ShieldCheck,
  kinds: NODES,
  applies: is('unschedulable', true),
});

const drain = single(NODES, {
  id: 'node.drain',
  verbs: ['drain'],
  label: 'Drain',
  icon: ShieldMinus,
  verb: 'patch',
  words: ['evict'],
  needs: allOf(onObject('patch'), besideObject('create', { group: '', resource: 'pods/eviction' })),
  run: ({ ask }, target) => ask({ dialog: 'drain', target }),
});

const ports = single(['pods', 'services'], {
  id: 'object.ports',
  verbs: ['forward', 'port'],
  label: 'Open a port',
  icon: EthernetPort,
  words: ['port-forward', 'forward'],
  needs: besideObject('create', { group: '', resource: 'pods/portforward' }),
  run: ({ ask }, target) => ask({ dialog: 'ports', target }),
});

/** The ids of actions that the toolbar of an object keeps in its menu, and of one that has a tab there. */
export const minorActions: readonly string[] = [pause.id, ports.id];
export const revisionsAction: string = revisions.id;

/** Actions on workloads, jobs and nodes, for one object or all that are selected, in the order of a menu. */
export const workloadActions: readonly ObjectAction<WorkloadContext>[] = [
  restart,
  revisions,
  pause,
  resume,
  trigger,
  rerun,
  suspend,
  unsuspend,
  cordon,
  uncordon,
  drain,
  ports,
];
