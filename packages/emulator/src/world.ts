import { createHash, randomBytes } from 'node:crypto';
import { Authorizer } from './api/rbac.ts';
import type { Resources } from './api/resources.ts';
import type { WriteContext } from './api/write.ts';
import type { SimulationClock } from './simulation/clock.ts';
import { startDemoCluster } from './simulation/demo-cluster.ts';
import { attempt } from './simulation/report-bug.ts';
import { type Store, storeLimits } from './store/store.ts';
import { PodHttp } from './streams/pod-http.ts';
import { PodProcesses } from './streams/pod-processes.ts';
import type { ProcessPlaces } from './streams/process-places.ts';
import type { Sandbox } from './streams/sandbox.ts';
import { Upgrader } from './streams/upgrade.ts';

/** What all worlds share. */
export interface WorldOptions {
  /** Whether their pods may run programs on this machine. */
  shells: boolean;
  sandbox: Sandbox;
  places: ProcessPlaces;
}

/** A connection or response that can be ended. */
interface Open {
  destroy(): unknown;
}

/** One demo cluster: its objects, time, rights, processes and files are its own. */
export class World implements WriteContext {
  /** The token of its administrator: 32 random bytes in base64url. */
  readonly token = randomBytes(32).toString('base64url');
  readonly store: Store;
  readonly clock: SimulationClock;
  readonly resources: Resources;
  readonly authorizer: Authorizer;
  readonly upgrader: Upgrader;
  readonly #processes: PodProcesses;
  readonly #http = new PodHttp();
  readonly #open = new Set<Open>();

  /** Simulates the cluster's past, which takes some 100 ms of processor time. @param mostSize see `Store`. */
  constructor({ shells, sandbox, places }: WorldOptions, mostSize: () => number) {
    const processes = new PodProcesses(shells, sandbox, places);
    const { store, clock, resources, kubelet } = startDemoCluster((pod) => {
      processes.end(pod);
      this.#http.forget(pod);
    }, mostSize);
    processes.onMainEnded((pod, container, code) =>
      attempt('the end of a program', () => kubelet.containerEnded(pod, container, code)),
    );
    this.store = store;
    this.clock = clock;
    this.resources = resources;
    this.authorizer = new Authorizer(store);
    this.upgrader = new Upgrader({ store, clock, processes, http: this.#http });
    this.#processes = processes;
  }

  /** Has `open` destroyed when the world ends. @returns a function to call when it has ended before. */
  hold(open: Open): () => void {
    this.#open.add(open);
    return () => this.#open.delete(open);
  }

  /** Stops time, ends all processes, streams and responses, and removes the files of pods. */
  end(): void {
    this.clock.stop();
    this.#processes.endAll();
    this.#http.close();
    for (const open of this.#open) open.destroy();
  }
}

/** The worlds of one emulator, by name and by token. */
export class Worlds {
  readonly #options: WorldOptions;
  readonly #byName = new Map<string, World>();
  /** By the hash of the token, so that the time that a lookup takes reveals nothing about tokens. */
  readonly #byToken = new Map<string, World>();

  constructor(options: WorldOptions) {
    this.#options = options;
  }

  /** The world with this name; a fresh one if there is none. */
  named(name: string): World {
    const known = this.#byName.get(name);
    if (known !== undefined) return known;
    const world = new World(this.#options, () => this.#share());
    this.#byName.set(name, world);
    this.#byToken.set(hashOf(world.token), world);
    return world;
  }

  /** How much one world may hold now, in characters of JSON: nobody can take the memory of the others. */
  #share(): number {
    return Math.min(storeLimits.size, storeLimits.sizeOfAll / this.#byName.size);
  }

  /** The world that a token opens. */
  openedBy(token: string): World | undefined {
    return this.#byToken.get(hashOf(token));
  }

  /** Ends a world for good; does nothing if there is none with this name. */
  end(name: string): void {
    const world = this.#byName.get(name);
    if (world === undefined) return;
    this.#byName.delete(name);
    this.#byToken.delete(hashOf(world.token));
    world.end();
  }

  endAll(): void {
    for (const name of [...this.#byName.keys()]) this.end(name);
  }
}

const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex');
