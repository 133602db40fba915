import type { KubeObject } from '../model/object.ts';
import type { Store, StoreEvent } from '../store/store.ts';
import type { Clock } from './clock.ts';
import type { EventRecorder } from './event-recorder.ts';
import { attempt } from './report-bug.ts';

/** What controllers depend on. */
export interface Simulation {
  store: Store;
  clock: Clock;
  events: EventRecorder;
}

/** A controller reconciles the objects of one resource with their spec. */
export interface Controller {
  resource: string;
  reconcile(object: KubeObject): void;
}

/** The resource of each kind that can own others. */
const ownerKinds: [string, string][] = [
  ['ReplicaSet', 'replicasets.apps'],
  ['Deployment', 'deployments.apps'],
  ['StatefulSet', 'statefulsets.apps'],
  ['DaemonSet', 'daemonsets.apps'],
  ['Job', 'jobs.batch'],
  ['CronJob', 'cronjobs.batch'],
];

/** Delay between a change and its reconciliation, in milliseconds. */
const REACTION = 40;

/**
 * Runs controllers: an object is reconciled soon after it or one of its dependents changes. Further changes in between are
 * combined.
 */
export class ControlLoop {
  readonly #simulation: Simulation;
  readonly #controllers = new Map<string, Controller>();
  readonly #owners = new Map(ownerKinds);
  readonly #queue = new Set<string>();
  #scheduled = false;

  constructor(simulation: Simulation, controllers: Controller[]) {
    this.#simulation = simulation;
    for (const controller of controllers) this.#controllers.set(controller.resource, controller);
    simulation.store.subscribe((event) => this.#notice(event));
  }

  /** Reconciles an object soon. */
  enqueue(resource: string, namespace: string, name: string): void {
    if (!this.#controllers.has(resource)) return;
    this.#queue.add(`${resource}|${namespace}|${name}`);
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#simulation.clock.after(REACTION, () => this.#run());
  }

  #notice({ type, resource, object }: StoreEvent): void {
    const namespace = object.metadata.namespace ?? '';
    if (type !== 'DELETED') this.enqueue(resource, namespace, object.metadata.name);
    for (const owner of object.metadata.ownerReferences ?? []) {
      const ownerResource = this.#owners.get(owner.kind);
      if (ownerResource !== undefined) this.enqueue(ownerResource, namespace, owner.name);
    }
    if (resource === 'pods') {
      for (const service of this.#simulation.store.list('services', namespace)) {
        this.enqueue('services', namespace, service.metadata.name);
      }
      for (const budget of this.#simulation.store.list('poddisruptionbudgets.policy', namespace)) {
        this.enqueue('poddisruptionbudgets.policy', namespace, budget.metadata.name);
      }
    } else if (resource === 'nodes') {
      for (const one of this.#simulation.store.list('daemonsets.apps')) {
        this.enqueue('daemonsets.apps', one.metadata.namespace ?? '', one.metadata.name);
      }
    }
  }

  #run(): void {
    this.#scheduled = false;
    const due = [...this.#queue];
    this.#queue.clear();
    for (const entry of due) {
      const [resource = '', namespace = '', name = ''] = entry.split('|');
      const object = this.#simulation.store.find(resource, namespace, name);
      if (object === undefined) continue;
      attempt(`the controller of ${resource}`, () => this.#controllers.get(resource)?.reconcile(object));
    }
  }
}
