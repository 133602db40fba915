import { randomUUID } from 'node:crypto';
import { ApiError } from '../api/api-error.ts';
import type { Container, Pod } from '../model/kinds.ts';
import { ContainerFolders } from './container-folders.ts';
import { type RunningProcess, SESSION, startProcess } from './process.ts';

/** A laptop should not be brought down by a loop of execs. */
const MAX_PROCESSES = 64;
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/**
 * The processes behind pods: real ones, on this machine, under its own user (as nobody when that is root), with an environment
 * of their own. They are separate from the rest of the machine by nothing but that: who may exec has a shell here.
 */
export class PodProcesses {
  readonly #folders = new ContainerFolders();
  readonly #running = new Map<RunningProcess, string>();
  readonly #mains = new Map<string, Promise<RunningProcess>>();
  readonly #isAllowed: boolean;
  #mainEnded: (pod: Pod, container: string, code: number) => void = () => {};

  /** @param isAllowed whether processes may be started at all. */
  constructor(isAllowed: boolean) {
    this.#isAllowed = isAllowed;
  }

  /** Whom to tell when the main program of a container ends. */
  onMainEnded(listener: (pod: Pod, container: string, code: number) => void): void {
    this.#mainEnded = listener;
  }

  /** @throws CannotRun; ApiError 403 where processes are not allowed, 429 when too many run. */
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
    if (this.#running.size >= MAX_PROCESSES) {
      throw new ApiError(429, 'TooManyRequests', `${MAX_PROCESSES} processes are running in the demo cluster already`);
    }
    const folder = this.#folders.of(pod, container.name);
    const running = await startProcess({ command, tty, folder, env: environment(pod, container, { folder, tty }) });
    this.#running.set(running, pod.metadata.uid);
    void running.ended.then(() => {
      this.#running.delete(running);
      running.kill();
    });
    return running;
  }

  /** The main program of a container that takes input, shared by all who attach; it starts with the first of them. */
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

  /** Ends what runs in a pod and removes its files. */
  end(pod: Pod): void {
    for (const [running, uid] of this.#running) if (uid === pod.metadata.uid) running.kill();
    for (const key of this.#mains.keys()) if (key.startsWith(`${pod.metadata.uid}/`)) this.#mains.delete(key);
    this.#folders.remove(pod);
  }

  endAll(): void {
    for (const running of this.#running.keys()) running.kill();
    this.#mains.clear();
    this.#folders.removeAll();
  }
}

/** Nothing of the emulator's own environment. */
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
