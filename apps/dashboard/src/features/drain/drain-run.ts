import { KubeError, sentenceOf } from '#features/kube/kube-error.ts';
import type { DrainPod } from './drain-plan.ts';

/** How far one pod is. Instants in milliseconds since 1970. */
export type PodProgress =
  | { state: 'waiting' }
  | { state: 'evicting' }
  /** A disruption budget, or the server, does not allow it yet. */
  | { state: 'held'; why: string; tries: number; nextAt: number }
  /** Evicted, and ending. */
  | { state: 'ending' }
  | { state: 'gone' }
  | { state: 'failed'; why: string };

export interface DrainState {
  /** `stopped`: no more evictions are sent; what is ending still ends. */
  phase: 'cordoning' | 'evicting' | 'done' | 'stopped' | 'failed';
  pods: readonly { pod: DrainPod; progress: PodProgress }[];
  /** Whether the node was cordoned; it stays so, however the drain ends. */
  cordoned: boolean;
  /** Why the drain as a whole failed. */
  why: string | undefined;
  startedAt: number;
  endedAt: number | undefined;
}

/** What a drain needs from the outside. */
export interface DrainWorld {
  cordon: () => Promise<unknown>;
  /** @throws KubeError 429 while a disruption budget forbids it, 404 if the pod is gone, 409 if another pod has its name. */
  evict: (pod: DrainPod) => Promise<unknown>;
  /** The uids of the pods that are still on the node. */
  remaining: () => Promise<ReadonlySet<string>>;
  now: () => number;
  /** Resolves after a time, or at once when aborted. */
  delay: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

/** Like kubectl, a refused eviction is tried again after this time, in milliseconds. */
const RETRY_MS = 5000;
/** How often to look which pods are gone. */
const LOOK_MS = 2000;
/** Number of simultaneous evictions. */
const AT_ONCE = 10;

/** Drains a node: cordons it, evicts pods through the Eviction API, and waits until they are gone. */
export class DrainRun {
  readonly #world: DrainWorld;
  readonly #onChange: (state: DrainState) => void;
  readonly #stopped = new AbortController();
  #state: DrainState;
  #places = AT_ONCE;
  readonly #queue: (() => void)[] = [];

  constructor(pods: readonly DrainPod[], world: DrainWorld, onChange: (state: DrainState) => void) {
    this.#world = world;
    this.#onChange = onChange;
    this.#state = {
      phase: 'cordoning',
      pods: pods.map((pod) => ({ pod, progress: { state: 'waiting' } })),
      cordoned: false,
      why: undefined,
      startedAt: world.now(),
      endedAt: undefined,
    };
  }

  get state(): DrainState {
    return this.#state;
  }

  /** Sends no more evictions. Pods that are ending still end, and the node stays cordoned. */
  stop(): void {
    if (this.#state.endedAt === undefined) this.#stopped.abort();
  }

  /** Runs to the end, whatever it is; never rejects. */
  async run(): Promise<void> {
    try {
      await this.#world.cordon();
    } catch (error) {
      this.#end('failed', `The node could not be cordoned: ${sentenceOf(error)}`);
      return;
    }
    this.#set({ phase: 'evicting', cordoned: true });
    const watching = this.#watchEnds();
    await Promise.all(this.#state.pods.map(({ pod }) => this.#evict(pod)));
    await watching;
    const failed = this.#state.pods.filter(({ progress }) => progress.state === 'failed').length;
    if (this.#stopped.signal.aborted) this.#end('stopped', undefined);
    else if (failed > 0) this.#end('failed', `${failed} of ${this.#state.pods.length} pods could not be evicted.`);
    else this.#end('done', undefined);
  }

  async #evict(pod: DrainPod): Promise<void> {
    const { signal } = this.#stopped;
    for (let tries = 1; ; tries++) {
      await this.#enter();
      let refusal: unknown;
      try {
        if (signal.aborted || this.#progressOf(pod)?.state === 'gone') return;
        this.#report(pod, { state: 'evicting' });
        await this.#world.evict(pod);
      } catch (error) {
        refusal = error;
      } finally {
        this.#leave();
      }
      if (this.#progressOf(pod)?.state === 'gone') return;
      if (refusal === undefined) {
        this.#report(pod, { state: 'ending' });
        return;
      }
      // Another pod has its name: the one that was here is gone.
      if (refusal instanceof KubeError && (refusal.status === 404 || refusal.status === 409)) {
        this.#report(pod, { state: 'gone' });
        return;
      }
      if (!isTemporary(refusal)) {
        this.#report(pod, { state: 'failed', why: sentenceOf(refusal) });
        return;
      }
      this.#report(pod, { state: 'held', why: whyHeld(refusal), tries, nextAt: this.#world.now() + RETRY_MS });
      await this.#world.delay(RETRY_MS, signal);
    }
  }

  /** Resolves when there is a place for another eviction. */
  async #enter(): Promise<void> {
    if (this.#places > 0) {
      this.#places--;
      return;
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#queue.push(resolve);
    await promise;
  }

  /** Gives the place to the next in the queue. */
  #leave(): void {
    const next = this.#queue.shift();
    if (next === undefined) this.#places++;
    else next();
  }

  /** Looks which pods are gone, until every one is gone, has failed, or will not be evicted any more. */
  async #watchEnds(): Promise<void> {
    const { signal } = this.#stopped;
    while (this.#state.pods.some(({ progress }) => this.#isOpen(progress))) {
      await this.#world.delay(LOOK_MS, signal);
      try {
        const remaining = await this.#world.remaining();
        for (const { pod, progress } of this.#state.pods)
          if (progress.state !== 'gone' && !remaining.has(pod.uid)) this.#report(pod, { state: 'gone' });
      } catch {
        // It is looked at again; that nothing moves meanwhile is visible.
      }
      if (signal.aborted) return;
    }
  }

  #isOpen({ state }: PodProgress): boolean {
    return state !== 'gone' && state !== 'failed';
  }

  #progressOf(pod: DrainPod): PodProgress | undefined {
    return this.#state.pods.find((one) => one.pod === pod)?.progress;
  }

  #report(pod: DrainPod, progress: PodProgress): void {
    this.#set({ pods: this.#state.pods.map((one) => (one.pod === pod ? { pod, progress } : one)) });
  }

  #end(phase: DrainState['phase'], why: string | undefined): void {
    this.#set({ phase, why, endedAt: this.#world.now() });
  }

  #set(change: Partial<DrainState>): void {
    this.#state = { ...this.#state, ...change };
    this.#onChange(this.#state);
  }
}

/** Whether to try again: a budget (429), a busy or unreachable server. */
function isTemporary(error: unknown): boolean {
  return !(error instanceof KubeError) || error.status === 429 || error.status >= 500;
}

function whyHeld(error: unknown): string {
  const budget =
    error instanceof KubeError ? error.causes.find(({ reason }) => reason === 'DisruptionBudget') : undefined;
  return budget === undefined ? sentenceOf(error) : budget.message;
}
