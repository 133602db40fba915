import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { KubeError, kubeErrorOf } from '#features/kube/kube-error.ts';
import { type DrainPod, planDrain } from './drain-plan.ts';
import { DrainRun, type DrainState, type DrainWorld } from './drain-run.ts';
import { drainSummary } from './drain-summary.ts';

const owned = (kind: string, name: string) => ({ ownerReferences: [{ kind, name, controller: true }] });
const pod = (name: string, metadata: object = {}, rest: object = {}) => ({
  metadata: { name, namespace: 'shop', uid: `uid-${name}`, ...metadata },
  ...rest,
});
const names = (pods: readonly DrainPod[]) => pods.map(({ name }) => name);

describe('the plan of a drain', () => {
  it('sorts pods as kubectl does', () => {
    const plan = planDrain(
      [
        pod('web', owned('ReplicaSet', 'web-5d4f'), {
          spec: { volumes: [{ name: 'tmp', emptyDir: {} }, { name: 'c' }] },
        }),
        pod('agent', owned('DaemonSet', 'agent')),
        pod('orphan', owned('DaemonSet', 'deleted')),
        pod('static', { annotations: { 'kubernetes.io/config.mirror': 'x' }, ...owned('Node', 'node-1') }),
        pod('alone'),
        pod('ended', {}, { status: { phase: 'Succeeded' } }),
        pod('ended-daemon', owned('DaemonSet', 'agent'), { status: { phase: 'Failed' } }),
        // An owner that is no controller replaces nothing.
        pod('adopted', { ownerReferences: [{ kind: 'ReplicaSet', name: 'web' }] }),
      ],
      new Set(['shop/agent']),
    );
    expect(names(plan.evicted)).toEqual(['web', 'ended', 'ended-daemon']);
    expect(names(plan.unmanaged)).toEqual(['orphan', 'alone', 'adopted']);
    expect(names(plan.daemons)).toEqual(['agent']);
    expect(names(plan.mirrors)).toEqual(['static']);
    expect(plan.evicted[0]?.emptyDirs).toEqual(['tmp']);
  });

  it('takes all daemon sets to exist if they cannot be listed', () => {
    const plan = planDrain([pod('agent', owned('DaemonSet', 'agent'))], undefined);
    expect(names(plan.daemons)).toEqual(['agent']);
  });
});

const drainPod = (name: string): DrainPod => ({
  namespace: 'shop',
  name,
  uid: `uid-${name}`,
  controller: { kind: 'ReplicaSet', name: 'web' },
  emptyDirs: [],
  finished: false,
});
const refusal = (status: number) => new KubeError({ status, reason: '', message: `refused with ${status}` });
// The response of a real apiserver (1.33.4).
const budget = kubeErrorOf(
  {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: "Cannot evict pod as it would violate the pod's disruption budget.",
    reason: 'TooManyRequests',
    details: {
      causes: [
        {
          reason: 'DisruptionBudget',
          message: 'The disruption budget web needs 2 healthy pods and has 2 currently',
        },
      ],
    },
    code: 429,
  },
  429,
);

describe('a drain', () => {
  beforeEach(() => void vi.useFakeTimers({ now: 0 }));
  afterEach(() => void vi.useRealTimers());

  /** A node whose pods are gone once they were evicted, unless `evict` refuses. */
  function drain(
    pods: readonly string[],
    evict: (name: string, time: number) => Error | undefined,
    more: Partial<DrainWorld> = {},
  ) {
    const here = new Set(pods.map((name) => `uid-${name}`));
    const evictions: string[] = [];
    const states: DrainState[] = [];
    const run = new DrainRun(
      pods.map(drainPod),
      {
        cordon: async () => undefined,
        evict: async ({ name, uid }) => {
          evictions.push(`${name} at ${Date.now()}`);
          const error = evict(name, Date.now());
          if (error !== undefined) throw error;
          here.delete(uid);
        },
        remaining: async () => new Set(here),
        now: () => Date.now(),
        delay: (milliseconds, signal) =>
          new Promise((resolve) => {
            if (signal.aborted) resolve();
            setTimeout(resolve, milliseconds);
            signal.addEventListener('abort', () => resolve());
          }),
        ...more,
      },
      (state) => states.push(state),
    );
    return {
      run,
      states,
      evictions,
      progressOf: (name: string) => run.state.pods.find((one) => one.pod.name === name)?.progress,
    };
  }

  it('cordons first, evicts all, and ends when they are gone', async () => {
    const order: string[] = [];
    const { run, states } = drain(
      ['a', 'b'],
      (name) => {
        order.push(name);
        return undefined;
      },
      { cordon: async () => order.push('cordon') },
    );
    const ended = run.run();
    await vi.advanceTimersByTimeAsync(1999);
    expect(run.state.phase).toBe('evicting');
    expect(drainSummary('node-1', run.state)).toEqual({
      title: 'Draining node-1',
      detail: '0 of 2 pods gone, 2 ending',
    });
    await vi.advanceTimersByTimeAsync(1);
    await ended;
    expect(order).toEqual(['cordon', 'a', 'b']);
    expect(states.at(-1)).toMatchObject({ phase: 'done', cordoned: true, endedAt: 2000 });
    expect(drainSummary('node-1', run.state).detail).toBe('2 of 2 pods gone. It stays cordoned until you uncordon it.');
  });

  it('tries again every 5 s while a budget forbids it, and says which', async () => {
    const { run, evictions, progressOf } = drain(['a', 'b'], (name, time) =>
      name === 'b' && time < 10_000 ? budget : undefined,
    );
    const ended = run.run();
    await vi.advanceTimersByTimeAsync(6000);
    expect(progressOf('a')?.state).toBe('gone');
    expect(progressOf('b')).toEqual({
      state: 'held',
      why: 'The disruption budget web needs 2 healthy pods and has 2 currently',
      tries: 2,
      nextAt: 10_000,
    });
    expect(drainSummary('node-1', run.state).detail).toBe(
      '1 of 2 pods gone, 1 waiting for a budget: The disruption budget web needs 2 healthy pods and has 2 currently',
    );
    await vi.advanceTimersByTimeAsync(6000);
    await ended;
    expect(evictions).toEqual(['a at 0', 'b at 0', 'b at 5000', 'b at 10000']);
    expect(run.state.phase).toBe('done');
  });

  it('sends no more evictions once it is stopped, and the node stays cordoned', async () => {
    const { run, evictions } = drain(['a', 'b'], () => budget);
    const ended = run.run();
    await vi.advanceTimersByTimeAsync(1000);
    run.stop();
    await ended;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(evictions).toEqual(['a at 0', 'b at 0']);
    expect(run.state).toMatchObject({ phase: 'stopped', cordoned: true });
    expect(drainSummary('node-1', run.state)).toEqual({
      title: 'Drain of node-1 stopped',
      detail: '0 of 2 pods gone. The node stays cordoned.',
    });
  });

  it('goes on with the others if one cannot be evicted, and says so at the end', async () => {
    const { run, progressOf } = drain(['a', 'b', 'c'], (name) =>
      name === 'a' ? refusal(403) : name === 'c' ? refusal(409) : undefined,
    );
    const ended = run.run();
    await vi.advanceTimersByTimeAsync(4000);
    await ended;
    expect(progressOf('a')).toEqual({ state: 'failed', why: 'refused with 403' });
    // Another pod has the name: the first one is gone.
    expect(progressOf('c')).toEqual({ state: 'gone' });
    expect(drainSummary('node-1', run.state)).toEqual({
      title: 'Drain of node-1 failed',
      detail: '1 of 3 pods could not be evicted. The node stays cordoned.',
    });
  });

  it('survives a gateway that is away for a while', async () => {
    const { run } = drain(['a'], (_, time) => (time < 9000 ? new TypeError('fetch failed') : undefined), {
      remaining: async () => {
        if (Date.now() < 12_000) throw new TypeError('fetch failed');
        return new Set();
      },
    });
    const ended = run.run();
    await vi.advanceTimersByTimeAsync(20_000);
    await ended;
    expect(run.state.phase).toBe('done');
  });

  it('does nothing if the node cannot be cordoned', async () => {
    const { run, evictions } = drain(['a'], () => undefined, {
      cordon: async () => {
        throw refusal(403);
      },
    });
    await run.run();
    expect(evictions).toEqual([]);
    expect(drainSummary('node-1', run.state).detail).toBe('The node could not be cordoned: refused with 403');
  });

  it('evicts ten at a time', async () => {
    let open = 0;
    let most = 0;
    const many = Array.from({ length: 25 }, (_, index) => `pod-${index}`);
    const { run } = drain(many, () => undefined, {
      evict: async () => {
        most = Math.max(most, ++open);
        await new Promise((resolve) => setTimeout(resolve, 100));
        open--;
      },
      remaining: async () => new Set(),
    });
    const ended = run.run();
    await vi.advanceTimersByTimeAsync(10_000);
    await ended;
    expect(most).toBe(10);
  });
});
