import { seededRandom, until } from '@postern/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { FakeLogNode } from '../../test/fake-log-node.ts';
import { type ContainerLine, ContainerLog, type ContainerLogState, POD_GONE } from './container-log.ts';
import type { LogFrom } from './log-cluster.ts';
import { Slices } from './slices.ts';

let log: ContainerLog | undefined;
afterEach(() => log?.stop());

/** Follows the log of a node's container. Its waits take no time, but another turn of the event loop. */
function follow(node: FakeLogNode, { previous = false, from = {} }: { previous?: boolean; from?: LogFrom } = {}) {
  const lines: ContainerLine[] = [];
  const states: ContainerLogState[] = [];
  const waits: number[] = [];
  log = new ContainerLog({
    cluster: node,
    pod: node.snapshot,
    container: 'app',
    previous,
    from,
    slices: new Slices(),
    around: {
      now: () => Date.parse('2026-11-22T12:00:00Z'),
      random: () => 1,
      delay: (milliseconds) => {
        waits.push(milliseconds);
        return new Promise((resolve) => setImmediate(resolve));
      },
    },
    onLines: (added) => void lines.push(...added),
    onState: (state) => void states.push(state),
  });
  return {
    log,
    states,
    waits,
    texts: () => lines.filter(({ seam }) => seam !== true).map(({ text }) => text),
    all: () => lines.map(({ text, seam }) => (seam === true ? `~ ${text}` : text)),
    lines,
  };
}

const line = (text: string, time = '2026-11-22T10:00:00.000000001Z') => ({ time, text });

describe('the log of a container', () => {
  it('goes on after a rotation, at which its stream ends without a word', async () => {
    const node = new FakeLogNode();
    node.write(line('one'));
    const { all } = follow(node);
    await until(() => all().length === 1);
    node.write(line('two'));
    node.rotate();
    node.write(line('three', '2026-11-22T10:00:00.5Z'));
    await until(() => all().length === 4);
    expect(all()).toEqual(['one', 'two', '~ The stream ended and was resumed', 'three']);
    expect(node.requests.map(({ from }) => from)).toEqual([{}, { sinceTime: '2026-11-22T10:00:00Z' }]);
  });

  it('reads the rest of the previous run after a restart during a lost connection', async () => {
    const node = new FakeLogNode();
    node.write(line('one'));
    const { all } = follow(node);
    await until(() => all().length === 1);
    node.down = true;
    node.cut();
    node.write(line('last words', '2026-11-22T10:00:01Z'));
    node.exit(137);
    node.start('2026-11-22T10:00:02Z');
    node.write(line('hello', '2026-11-22T10:00:03Z'));
    node.down = false;
    await until(() => all().includes('hello'));
    expect(all()).toEqual([
      'one',
      '~ The connection was lost and came back',
      'last words',
      '~ The container restarted after exit code 137',
      'hello',
    ]);
  });

  it('begins with the previous run, if what is wanted reaches so far back', async () => {
    const node = new FakeLogNode();
    node.write(line('old'));
    node.exit(1);
    node.start('2026-11-22T10:00:02Z');
    node.write(line('new', '2026-11-22T10:00:03Z'));
    const everything = follow(node, { from: { tailLines: 10 } });
    await until(() => everything.all().length === 3);
    expect(everything.all()).toEqual(['old', '~ The container restarted after exit code 1', 'new']);
    everything.log.stop();
    // The previous run ended at 10:00, two hours before now.
    const recent = follow(node, { from: { sinceSeconds: 300 } });
    await until(() => recent.all().length === 1);
    expect(recent.all()).toEqual(['new']);
  });

  it('notices that the container has restarted between looking at the pod and opening its log', async () => {
    const node = new FakeLogNode();
    node.write(line('one'));
    const { all } = follow(node);
    await until(() => all().length === 1);
    node.beforeOpen = () => {
      node.beforeOpen = undefined;
      node.write(line('last words', '2026-11-22T10:00:01Z'));
      node.exit(1);
      node.start('2026-11-22T10:00:02Z');
      node.write(line('hello', '2026-11-22T10:00:03Z'));
    };
    node.cut();
    await until(() => all().includes('hello'));
    expect(all().filter((text) => !text.startsWith('~'))).toEqual(['one', 'last words', 'hello']);
  });

  it('reads the end of a run once, and nothing while the container waits to be started again', async () => {
    const node = new FakeLogNode();
    node.write(line('one'));
    const { all, states, waits } = follow(node);
    await until(() => all().length === 1);
    node.exit(1);
    await until(() => waits.length > 5);
    expect(states.at(-1)).toEqual({
      state: 'waiting',
      message: 'The container ended with exit code 1; it will be started again',
    });
    expect(node.requests.length).toBe(2);
  });

  it('ends when the pod is gone, and keeps its lines', async () => {
    const node = new FakeLogNode();
    node.write(line('one'));
    const { all, states } = follow(node);
    await until(() => all().length === 1);
    node.remove();
    await until(() => states.at(-1)?.state === 'ended');
    expect(states.at(-1)).toEqual({ state: 'ended', message: POD_GONE, seen: true });
    expect(all()).toEqual(['one']);
  });

  it('shows only the previous run if asked to, and says so if there is none', async () => {
    const node = new FakeLogNode();
    node.write(line('old'));
    const first = follow(node, { previous: true });
    await until(() => first.states.at(-1)?.state === 'failed');
    expect(first.states.at(-1)).toMatchObject({ message: /has not restarted/ });
    node.exit(1);
    node.start('2026-11-22T10:00:02Z');
    node.write(line('new', '2026-11-22T10:00:03Z'));
    const second = follow(node, { previous: true });
    await until(() => second.states.at(-1)?.state === 'ended');
    expect(second.all()).toEqual(['old']);
  });

  it('reads nothing while paused, and everything of it afterwards', async () => {
    const node = new FakeLogNode();
    node.write(line('one'));
    const { log: paused, all, states } = follow(node);
    await until(() => all().length === 1);
    paused.pause();
    await until(() => states.at(-1)?.state === 'paused');
    expect(node.isUnread).toBe(true);
    node.write(line('two', '2026-11-22T10:00:01Z'));
    expect(all()).toEqual(['one']);
    paused.resume();
    await until(() => all().length === 3);
    expect(all()).toEqual(['one', '~ Paused until here', 'two']);
  });

  it('waits longer and longer while nothing comes', async () => {
    const node = new FakeLogNode();
    const { waits } = follow(node);
    node.down = true;
    node.cut();
    await until(() => waits.length > 6);
    expect(waits.slice(0, 6)).toEqual([500, 1000, 2000, 4000, 8000, 10_000]);
  });

  it('gives lines of one container the severity that they state, and those of a stack trace that of their error', async () => {
    const node = new FakeLogNode();
    node.write(line('level=warn msg=slow'), line('ERROR no'), line('    at main (x.js:1)'), line('fine'));
    const { lines } = follow(node);
    await until(() => lines.length === 4);
    expect(lines.map(({ severity }) => severity)).toEqual(['warn', 'error', 'error', 'unknown']);
  });

  it.each(Array.from({ length: 40 }, (_, seed) => seed))(
    'loses and repeats no line, whatever happens (seed %d)',
    async (seed) => {
      const random = seededRandom(seed);
      const below = (limit: number) => Math.floor(random() * limit);
      const node = new FakeLogNode({ chunk: () => 1 + below(200) });
      const written: string[] = [];
      const { texts, log: reader } = follow(node);
      let microseconds = Date.parse('2026-11-22T10:00:00Z') * 1000;
      const write = () => {
        const entries = Array.from({ length: 1 + below(8) }, () => {
          // Several lines of one instant, some of them the same, and times that go back within a second.
          microseconds += below(3) === 0 ? below(700_000) : 0;
          const back = below(10) === 0 ? Math.min(below(50), microseconds % 1_000_000) : 0;
          const at = microseconds - back;
          const time = `${new Date(Math.floor(at / 1000)).toISOString().slice(0, 23)}${String(at % 1000).padStart(3, '0')}000Z`;
          return { time, text: below(4) === 0 ? 'the same' : `line ${written.length} ü€${'x'.repeat(below(90))}` };
        });
        written.push(...entries.map(({ text }) => text));
        node.write(...entries);
      };
      const isRead = () =>
        until(() => texts().length >= written.length, { what: `${written.length} lines`, timeoutMs: 5000 });
      const events: Record<string, () => unknown> = {
        write,
        writeMore: write,
        cut: () => node.cut(),
        goDown: () => {
          node.down = !node.down;
          node.cut();
        },
        rotate: async () => {
          // A file that was rotated while nobody could read is gone for everybody.
          node.down = false;
          reader.update(node.snapshot);
          await isRead();
          node.rotate();
          // No line of the new file can be mistaken for one of the old.
          microseconds += 100;
        },
        restart: async () => {
          // The node keeps two runs: the reader must have seen the one before.
          node.down = false;
          reader.update(node.snapshot);
          await isRead();
          if (below(2) === 0) node.cut();
          write();
          node.exit(below(3));
          if (below(2) === 0) node.cut();
          microseconds += 1_000_000;
          node.start(new Date(microseconds / 1000).toISOString());
        },
        // The watch of the pods tells of it, sooner or later.
        watch: () => reader.update(node.snapshot),
        turn: () => new Promise((resolve) => setImmediate(resolve)),
      };
      const names = Object.keys(events);
      for (let step = 0; step < 60; step++) await events[names[below(names.length)] ?? 'turn']?.();
      node.down = false;
      reader.update(node.snapshot);
      write();
      await isRead();
      expect(texts()).toEqual(written);
    },
  );
});
