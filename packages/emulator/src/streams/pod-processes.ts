import { randomUUID } from 'node:crypto';
import { ApiError } from '../api/api-error.ts';
import type { Container, Pod } from '../model/kinds.ts';
import { attempt } from '../simulation/report-bug.ts';
import { ContainerFolders } from './container-folders.ts';
import { type RunningProcess, SESSION, startProcess } from './process.ts';
import type { ProcessPlaces } from './process-places.ts';
import type { Sandbox } from './sandbox.ts';
import { diskUsage, memoryUsage } from './usage.ts';

/** Limits on the memory of all processes of one exec, and on the files of one container, in bytes. */
const budget = { memory: 512 * 1024 ** 2, disk: 64 * 1024 ** 2 };
/** How often usage is checked, in milliseconds. In between, the kernel's limits apply (sandbox-scripts.ts). */
const LOOK_INTERVAL = 500;
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

interface Running {
  pod: Pod;
  container: string;
  folder: string;
}

/**
 * The processes of the pods of one world: real ones on this machine, isolated in a sandbox. Anyone who may exec can run a shell in that sandbox.
 */
export class PodProcesses {
  readonly #sandbox: Sandbox;
  readonly #folders: ContainerFolders;
  readonly #running = new Map<RunningProcess, Running>();
  readonly #mains = new Map<string, Promise<RunningProcess>>();
  readonly #isAllowed: boolean;
  readonly #places: ProcessPlaces;
  #isOver = false;
  #looking: NodeJS.Timeout | undefined;
  #mainEnded: (pod: Pod, container: string, code: number) => void = () => {};

  /** @param isAllowed whether processes may be started at all. */
  constructor(isAllowed: boolean, sandbox: Sandbox, places: ProcessPlaces) {
    this.#isAllowed = isAllowed;
    this.#places = places;
    this.#sandbox = sandbox;
    this.#folders = new ContainerFolders(sandbox.identity);
  }

  /** Sets the listener for the end of a container's main program. */
  onMainEnded(listener: (pod: Pod, container: string, code: number) => void): void {
    this.#mainEnded = listener;
  }

  /** @throws CannotRun; ApiError 403 if processes are not allowed, 429 if too many are running. */
  async start(
    pod: Pod,
    container: Container,
    { command, tty }: { command: string[]; tty: boolean },
  ): Promise<RunningProcess> {
    if (!this.#isAllowed) {
      throw new ApiError(
        403,
        'Forbidden',
        'this demo cluster was started without shells: nothing can be run in its pods',
      );
    }
    const { world } = this.#places.limits;
    if (this.#running.size >= world) {
      throw new ApiError(429, 'TooManyRequests', `${world} processes are running in the demo cluster already`);
    }
    if (this.#isOver) throw new ApiError(503, 'ServiceUnavailable', 'this demo cluster is gone');
    const leave = this.#places.take();
    if (leave === undefined) {
      throw new ApiError(429, 'TooManyRequests', 'the demo clusters of this machine run as many processes as they may');
    }
    const folder = this.#folders.of(pod, container.name);
    const env = environment(pod, container, { folder, tty });
    const running = await startProcess({ sandbox: this.#sandbox, command, tty, folder, env }).catch(
      (error: unknown) => {
        leave();
        throw error;
      },
    );
    // The world has ended meanwhile.
    if (this.#isOver) running.kill();
    this.#running.set(running, { pod, container: container.name, folder });
    this.#looking ??= setInterval(
      () => attempt('the look at what pods use', () => this.#look()),
      LOOK_INTERVAL,
    ).unref();
    void running.ended.then(() => {
      leave();
      this.#running.delete(running);
      running.kill();
      this.#lookNoMore();
    });
    return running;
  }

  /** The main program of a container with `stdin`, shared by all attached clients; started with the first of them. */
  main(pod: Pod, container: Container): Promise<RunningProcess> {
    const key = `${pod.metadata.uid}/${container.name}`;
    const known = this.#mains.get(key);
    if (known !== undefined) return known;
    const given = [...(container.command ?? []), ...(container.args ?? [])];
    const command = given.length === 0 ? ['sh'] : given;
    const main = this.start(pod, container, { command, tty: container.tty === true });
    this.#mains.set(key, main);
    main.then(
      async ({ ended }) => {
        const code = await ended;
        if (this.#mains.get(key) !== main) return;
        this.#mains.delete(key);
        this.#mainEnded(pod, container.name, code);
      },
      () => this.#mains.delete(key),
    );
    return main;
  }

  /** Ends a pod's processes and removes its files. */
  end(pod: Pod): void {
    for (const [running, of] of this.#running) if (of.pod.metadata.uid === pod.metadata.uid) running.kill();
    for (const key of this.#mains.keys()) if (key.startsWith(`${pod.metadata.uid}/`)) this.#mains.delete(key);
    this.#folders.remove(pod);
  }

  /** Ends processes that exceed their limits and removes their files, like a kubelet's eviction. */
  #look(): void {
    const memory = memoryUsage([...this.#running.keys()].map(({ pid }) => pid));
    const disk = new Map<string, number>();
    for (const [running, { pod, container, folder }] of this.#running) {
      if ((memory.get(running.pid) ?? 0) > budget.memory) running.kill();
      if (!disk.has(folder)) disk.set(folder, diskUsage(folder));
      if ((disk.get(folder) ?? 0) <= budget.disk) continue;
      running.kill();
      this.#folders.clear(pod, container);
    }
  }

  #lookNoMore(): void {
    if (this.#running.size > 0) return;
    clearInterval(this.#looking);
    this.#looking = undefined;
  }

  /** Ends all processes for good. */
  endAll(): void {
    this.#isOver = true;
    clearInterval(this.#looking);
    for (const running of this.#running.keys()) running.kill();
    this.#mains.clear();
    this.#folders.removeAll();
  }
}

/** The environment of a process, without anything from the emulator's own. */
function environment(
  pod: Pod,
  container: Container,
  { folder, tty }: { folder: string; tty: boolean },
): Record<string, string> {
  const own = (container.env ?? []).flatMap(({ name, value }) => (value === undefined ? [] : [[name, value] as const]));
  return {
    ...Object.fromEntries(own),
    PATH,
    HOME: folder,
    HOSTNAME: pod.metadata.name,
    LANG: 'C.UTF-8',
    SHELL: '/bin/sh',
    [SESSION]: randomUUID(),
    PS1: `${pod.metadata.name}:$ `,
    KUBERNETES_SERVICE_HOST: '10.96.0.1',
    KUBERNETES_SERVICE_PORT: '443',
    ...(tty ? { TERM: 'xterm-256color' } : {}),
  };
}
