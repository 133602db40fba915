import { describe, expect, it } from 'vitest';
import { type Flow, newFlowState, Scheduler } from './scheduler.ts';

const quantum = 64;

class TestFlow implements Flow {
  readonly flow = newFlowState();
  readonly name: string;
  readonly interactive: boolean;
  readonly frame: number;
  queuedBytes: number;
  isBlocked = false;

  constructor(name: string, options: { queued: number; frame?: number; interactive?: boolean }) {
    this.name = name;
    this.queuedBytes = options.queued;
    this.frame = options.frame ?? quantum;
    this.interactive = options.interactive ?? false;
  }

  get sendable(): boolean {
    return !this.isBlocked && this.queuedBytes > 0;
  }
}

/** Serves up to `turns` frames. @returns the names of the flows, in the order served. */
function serve(scheduler: Scheduler<TestFlow>, turns: number, mayBulk = true): string[] {
  const served: string[] = [];
  for (let i = 0; i < turns; i++) {
    const flow = scheduler.next(mayBulk);
    if (flow === undefined) break;
    const bytes = Math.min(flow.frame, flow.queuedBytes);
    flow.queuedBytes -= bytes;
    served.push(flow.name);
    scheduler.served(flow, bytes);
  }
  return served;
}

const bulk = (name: string, frame = quantum) => new TestFlow(name, { queued: 1_000_000, frame });

describe('the scheduler', () => {
  it('serves bulk flows in turn', () => {
    const scheduler = new Scheduler<TestFlow>(quantum);
    for (const name of ['a', 'b', 'c']) scheduler.wake(bulk(name));
    expect(serve(scheduler, 6).join('')).toBe('abcabc');
  });

  it('shares bytes, not frames', () => {
    const scheduler = new Scheduler<TestFlow>(quantum);
    const large = bulk('a', 64);
    const small = bulk('b', 16);
    scheduler.wake(large);
    scheduler.wake(small);
    expect(serve(scheduler, 10).join('')).toBe('abbbbabbbb');
  });

  it('serves an interactive flow before bulk that has waited longer', () => {
    const scheduler = new Scheduler<TestFlow>(quantum);
    scheduler.wake(bulk('a'));
    scheduler.wake(bulk('b'));
    serve(scheduler, 3);
    const keys = new TestFlow('k', { queued: 1, interactive: true });
    scheduler.wake(keys);
    expect(serve(scheduler, 2).join('')).toBe('kb');
    keys.queuedBytes = 1;
    scheduler.wake(keys);
    expect(serve(scheduler, 2).join('')).toBe('ka');
  });

  it('serves a flow that wakes up with little to send before bulk, once', () => {
    const scheduler = new Scheduler<TestFlow>(quantum);
    scheduler.wake(bulk('a'));
    serve(scheduler, 2);
    const sparse = new TestFlow('s', { queued: 4096 });
    scheduler.wake(sparse);
    // The first frame at once, the rest in turn.
    expect(serve(scheduler, 5).join('')).toBe('sasas');
  });

  it('gives no advantage to writing in small pieces', () => {
    const scheduler = new Scheduler<TestFlow>(quantum);
    scheduler.wake(bulk('a'));
    const piecemeal = new TestFlow('s', { queued: 64 });
    scheduler.wake(piecemeal);
    const served: string[] = [];
    for (let i = 0; i < 10; i++) {
      served.push(...serve(scheduler, 1));
      if (piecemeal.queuedBytes === 0) {
        piecemeal.queuedBytes = 64;
        scheduler.wake(piecemeal);
      }
    }
    expect(served.filter((name) => name === 's').length).toBeLessThanOrEqual(6);
  });

  it('does not let an interactive flood starve the rest', () => {
    const scheduler = new Scheduler<TestFlow>(64 * 1024);
    scheduler.wake(new TestFlow('k', { queued: 100_000_000, frame: 16 * 1024, interactive: true }));
    scheduler.wake(bulk('a', 64 * 1024));
    expect(serve(scheduler, 10).join('')).toBe('kkkkakkkka');
  });

  it('skips flows that were closed or have no credit, until they wake', () => {
    const scheduler = new Scheduler<TestFlow>(quantum);
    const blocked = bulk('b');
    scheduler.wake(blocked);
    scheduler.wake(bulk('a'));
    blocked.isBlocked = true;
    expect(serve(scheduler, 3).join('')).toBe('aaa');
    blocked.isBlocked = false;
    scheduler.wake(blocked);
    expect(serve(scheduler, 4).join('')).toBe('abab');
  });

  it('skips an interactive flow without credit, until it wakes', () => {
    const scheduler = new Scheduler<TestFlow>(quantum);
    const keys = new TestFlow('k', { queued: 1, interactive: true });
    scheduler.wake(keys);
    keys.isBlocked = true;
    expect(serve(scheduler, 1)).toEqual([]);
    keys.isBlocked = false;
    expect(scheduler.wake(keys)).toBe('urgent');
    expect(serve(scheduler, 1)).toEqual(['k']);
  });

  it.each([
    ['an interactive flow', { queued: 1_000_000, interactive: true }, 'urgent'],
    ['a flow with 4 KiB to send', { queued: 4096 }, 'urgent'],
    ['a flow with more to send', { queued: 4097 }, 'bulk'],
  ] as const)('tells in which class %s waits, until its turn', (_name, options, place) => {
    const scheduler = new Scheduler<TestFlow>(quantum);
    const flow = new TestFlow('a', options);
    expect([scheduler.wake(flow), scheduler.wake(flow)]).toEqual([place, place]);
    expect(scheduler.next()).toBe(flow);
    expect(scheduler.wake(flow)).toBe('serving');
  });

  it('keeps a bulk flow in its class, within its turn and after it', () => {
    const scheduler = new Scheduler<TestFlow>(quantum);
    const flow = bulk('a', 48);
    scheduler.wake(flow);
    for (let i = 0; i < 3; i++) {
      expect(serve(scheduler, 1)).toEqual(['a']);
      expect(scheduler.wake(flow)).toBe('bulk');
    }
  });

  it('places an interactive flow that ran empty behind those that waited meanwhile', () => {
    const scheduler = new Scheduler<TestFlow>(quantum);
    const [one, two] = ['1', '2'].map((name) => new TestFlow(name, { queued: 1, interactive: true }));
    if (one === undefined || two === undefined) throw new Error('no flow');
    scheduler.wake(one);
    expect(serve(scheduler, 1)).toEqual(['1']);
    scheduler.wake(two);
    one.queuedBytes = 1;
    scheduler.wake(one);
    expect(serve(scheduler, 3)).toEqual(['2', '1']);
  });

  it('continues an interactive flood when nothing else waits', () => {
    const scheduler = new Scheduler<TestFlow>(64 * 1024);
    scheduler.wake(new TestFlow('k', { queued: 100_000_000, frame: 16 * 1024, interactive: true }));
    expect(serve(scheduler, 10).join('')).toBe('kkkkkkkkkk');
  });

  it('serves nothing when no flow has anything to send', () => {
    const scheduler = new Scheduler<TestFlow>(quantum);
    expect(scheduler.next()).toBeUndefined();
    const once = new TestFlow('x', { queued: 1 });
    scheduler.wake(once);
    scheduler.wake(once);
    expect(serve(scheduler, 5)).toEqual(['x']);
  });

  it('holds bulk back on demand, except for one turn after each urgent burst', () => {
    const scheduler = new Scheduler<TestFlow>(quantum);
    const copy = bulk('copy');
    const keys = new TestFlow('keys', { queued: 1, frame: 16 * 1024, interactive: true });
    scheduler.wake(copy);
    scheduler.wake(keys);
    expect(serve(scheduler, 10, false)).toEqual(['keys']);
    expect(serve(scheduler, 1)).toEqual(['copy']);
    // 64 KiB are a burst, whether sent at once or in pieces.
    const served: string[] = [];
    for (let i = 0; i < 10; i++) {
      keys.queuedBytes = 16 * 1024;
      scheduler.wake(keys);
      served.push(...serve(scheduler, 10, false));
    }
    expect(served.filter((name) => name === 'copy').length).toBe(2);
    expect(served.slice(3, 6)).toEqual(['keys', 'copy', 'keys']);
  });
});
