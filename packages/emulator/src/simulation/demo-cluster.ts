import { setDefaults } from '../api/admission.ts';
import { Resources } from '../api/resources.ts';
import type { Pod } from '../model/kinds.ts';
import type { KubeObject } from '../model/object.ts';
import { Store } from '../store/store.ts';
import { SimulationClock } from './clock.ts';
import { cronJobController } from './controllers/cron-jobs.ts';
import { daemonSetController } from './controllers/daemon-sets.ts';
import { deploymentController } from './controllers/deployments.ts';
import { jobController } from './controllers/jobs.ts';
import { replicaSetController } from './controllers/replica-sets.ts';
import { serviceController } from './controllers/services.ts';
import { statefulSetController } from './controllers/stateful-sets.ts';
import { volumeClaimController } from './controllers/volume-claims.ts';
import { accessSeeds } from './demo/access.ts';
import type { Seed } from './demo/builders.ts';
import { clusterSeeds } from './demo/cluster.ts';
import { observabilitySeeds } from './demo/observability.ts';
import { shopSeeds } from './demo/shop.ts';
import { disruptionBudgetController } from './disruption-budgets.ts';
import { EventRecorder } from './event-recorder.ts';
import { collectGarbage } from './garbage.ts';
import { Kubelet } from './kubelet.ts';
import { live } from './life.ts';
import { ControlLoop, type Simulation } from './simulation.ts';

/** The part of the simulated past in which schedules run, leases are renewed and events expire, in milliseconds. */
const RECENT = 3_600_000;

export interface DemoCluster {
  store: Store;
  clock: SimulationClock;
  resources: Resources;
  kubelet: Kubelet;
}

/**
 * Starts the demo cluster: simulates its history up to now, and then runs in real time.
 * @param podEnded called whenever a pod was removed.
 * @param mostSize see `Store`.
 */
export function startDemoCluster(podEnded: (pod: Pod) => void, mostSize: () => number): DemoCluster {
  const now = Date.now();
  const seeds: Seed[] = [...accessSeeds, ...clusterSeeds, ...observabilitySeeds, ...shopSeeds];
  const oldest = Math.max(...seeds.map(({ ago }) => ago));
  const clock = new SimulationClock(now - oldest);
  // A later run starts above the revisions of any earlier one, as long as there are at most a thousand writes a second.
  const store = new Store(clock, now, mostSize);
  const simulation: Simulation = { store, clock, events: new EventRecorder(store, clock) };
  const resources = new Resources(store);
  const kubelet = new Kubelet(simulation, podEnded);
  new ControlLoop(simulation, [
    deploymentController(simulation),
    replicaSetController(simulation),
    statefulSetController(simulation),
    daemonSetController(simulation),
    jobController(simulation),
    cronJobController(simulation),
    serviceController(simulation),
    volumeClaimController(simulation),
    disruptionBudgetController(simulation),
  ]);
  collectGarbage(simulation, () =>
    resources
      .all()
      .filter((one) => one.namespaced && one.verbs.includes('delete'))
      .map(({ key }) => key),
  );
  clock.after(oldest - RECENT, () => live(simulation));
  for (const { resource, ago, manifest } of seeds.toSorted((a, b) => b.ago - a.ago)) {
    clock.playUntil(now - ago);
    const object = structuredClone(manifest) as KubeObject;
    setDefaults(object, store);
    store.create(resource, object);
  }
  clock.playUntil(now);
  simulation.events.sweep();
  store.compact();
  clock.goLive();
  return { store, clock, resources, kubelet };
}
