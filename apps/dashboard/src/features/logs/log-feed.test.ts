import { seededRandom, until } from '@postern/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { FakeLogNode } from '../../test/fake-log-node.ts';
import { LogFeed, type LogFeedOptions, MOST_CONTAINERS } from './log-feed.ts';
import { parseFilter } from './log-filter.ts';

let feed: LogFeed | undefined;
afterEach(() => feed?.stop());

/** A feed of nodes with one pod each. */
function open(nodes: readonly FakeLogNode[], options: Partial<LogFeedOptions> = {}) {
  const of = (pod: string) => {
    const node = nodes.find(({ name }) => name === pod);
    if (node === undefined) throw new Error(`there is no pod ${pod}`);
    return node;
  };
  feed = new LogFeed({
    cluster: {
      open: (request, signal) => of(request.pod).open(request, signal),
      pod: ({ pod }) => of(pod).pod(),
    },
    around: {
      now: () => Date.parse('2026-11-22T12:03:11Z'),
      random: () => 1,
      delay: () => new Promise((resolve) => setImmediate(resolve)),
    },
    containers: { which: 'all' },
    one: true,
    previous: false,
    from: {},
    schedule: (commit) => void setImmediate(commit),
    ...options,
  });
  const opened = feed;
  return {
    feed: opened,
    shown: () => opened.snapshot.lines.map(({ text, seam }) => (seam === true ? `~ ${text}` : text)),
    state: () => opened.snapshot.state,
    /** The pods that are followed. */
    followed: () =>
      opened.snapshot.sources
        .filter(({ state, wanted }) => wanted && state.state === 'following')
        .map(({ source }) => source.pod),
    see: (...pods: FakeLogNode[]) => opened.setPods(pods.map(({ snapshot }) => snapshot)),
  };
}

const podsOf = (count: number) =>
  Array.from({ length: count }, (_, index) => new FakeLogNode({ name: `web-${index}` }));
const at = (second: number, text: string) => ({
  time: `2026-11-22T10:00:${String(second).padStart(2, '0')}.5Z`,
  text,
});

describe('the log of several containers', () => {
  it('is one log, ordered by time, whichever is read first', async () => {
    const [a, b] = podsOf(2) as [FakeLogNode, FakeLogNode];
    a.write(at(1, 'a1'), at(4, 'a4'));
    b.write(at(2, 'b2'), at(3, 'b3'));
    const { shown, see } = open([a, b]);
    see(a, b);
    await until(() => shown().length === 4);
    expect(shown()).toEqual(['a1', 'b2', 'b3', 'a4']);
    // A straggler takes its place.
    a.write(at(6, 'a6'));
    await until(() => shown().length === 5);
    b.write(at(5, 'b5'));
    await until(() => shown().length === 6);
    expect(shown()).toEqual(['a1', 'b2', 'b3', 'a4', 'b5', 'a6']);
  });

  it('goes on over a rollout: new pods join, those that are gone stay, and seams say so', async () => {
    const [old, next] = [new FakeLogNode({ name: 'web-old' }), new FakeLogNode({ name: 'web-new' })];
    old.write(at(1, 'old'));
    const { feed, shown, see, state } = open([old, next]);
    see(old);
    await until(() => shown().length === 1);
    see(old, next);
    await until(() => shown().length === 2);
    next.write(at(2, 'new'));
    await until(() => shown().includes('new'));
    old.remove();
    see(next);
    await until(() => shown().length === 4);
    expect(shown()).toEqual(['old', '~ Pod web-new joined', 'new', '~ Pod web-old ended']);
    expect(feed.snapshot.lines[1]?.time).toBe('2026-11-22T12:03:11.000Z');
    expect(feed.snapshot.sources.map(({ state: { state } }) => state)).toEqual(['ended', 'following']);
    expect(state()).toEqual({ state: 'following' });
  });

  it('follows so many at once and no more; another takes the place of one that is not wanted any more', async () => {
    const nodes = podsOf(MOST_CONTAINERS + 3);
    const { feed, followed, see } = open(nodes);
    see(...nodes);
    await until(() => followed().length === MOST_CONTAINERS);
    const { sources } = feed.snapshot;
    const waiting = sources.filter(({ wanted }) => !wanted);
    expect(waiting.length).toBe(3);
    const [first] = sources.filter(({ wanted }) => wanted);
    const [next] = waiting;
    feed.want(next?.source.key ?? '', true);
    expect(followed()).not.toContain(next?.source.pod);
    feed.want(first?.source.key ?? '', false);
    feed.want(next?.source.key ?? '', true);
    await until(() => followed().includes(next?.source.pod ?? ''));
    expect(followed()).not.toContain(first?.source.pod);
    expect(followed().length).toBe(MOST_CONTAINERS);
    expect(nodes.filter(({ isUnread }) => isUnread).length).toBe(3);
  });

  it('hides the lines of a container that is not wanted, and reads the rest when it is wanted again', async () => {
    const [a, b] = podsOf(2) as [FakeLogNode, FakeLogNode];
    const { feed, shown, see } = open([a, b]);
    see(a, b);
    a.write(at(1, 'a1'));
    b.write(at(2, 'b2'));
    await until(() => shown().length === 2);
    const key = feed.snapshot.sources.find(({ source }) => source.pod === a.name)?.source.key ?? '';
    feed.want(key, false);
    await until(() => shown().length === 1 && a.isUnread);
    a.write(at(3, 'a3'));
    feed.want(key, true);
    await until(() => shown().includes('a3'));
    expect(shown().filter((text) => !text.startsWith('~'))).toEqual(['a1', 'b2', 'a3']);
  });

  it('pauses everything at once', async () => {
    const nodes = podsOf(3);
    const { feed, shown, see, state, followed } = open(nodes);
    see(...nodes);
    await until(() => followed().length === 3);
    feed.pause();
    await until(() => nodes.every(({ isUnread }) => isUnread));
    await until(() => state().state === 'paused');
    for (const node of nodes) node.write(at(1, node.name));
    feed.resume();
    await until(() => shown().filter((text) => !text.startsWith('~')).length === 3);
  });

  it('filters and searches, and counts what it found', async () => {
    const [a] = podsOf(1) as [FakeLogNode];
    a.write(at(1, 'level=info msg=fine'), at(2, 'level=error msg=bad'), at(3, 'level=error msg=worse'));
    const { feed, shown, see } = open([a]);
    see(a);
    feed.setQuery({ test: parseFilter('level=error', 'all'), search: 'WORSE' });
    await until(() => shown().length === 2);
    expect(feed.snapshot).toMatchObject({ matches: [1], total: 3 });
    feed.setQuery({ test: undefined, search: 'level' });
    await until(() => shown().length === 3);
    expect(feed.snapshot.matches).toEqual([0, 1, 2]);
  });

  it.each(Array.from({ length: 12 }, (_, seed) => seed))(
    'has every line of every container once, in order (seed %d)',
    async (seed) => {
      const random = seededRandom(seed);
      const below = (limit: number) => Math.floor(random() * limit);
      const nodes = podsOf(2 + below(6));
      const { feed, shown, see } = open(nodes);
      const written: { text: string; instant: number }[] = [];
      let milliseconds = Date.parse('2026-11-22T10:00:00Z');
      see(...nodes);
      for (let step = 0; step < 80; step++) {
        const node = nodes[below(nodes.length)];
        const event = below(6);
        if (event === 0) node?.cut();
        else if (event === 1) await new Promise((resolve) => setImmediate(resolve));
        else {
          for (let line = 0; line <= below(5); line++) {
            milliseconds += below(700);
            const text = `line ${written.length}`;
            written.push({ text, instant: milliseconds });
            node?.write({ time: new Date(milliseconds).toISOString(), text });
          }
        }
      }
      const texts = () => shown().filter((text) => !text.startsWith('~'));
      await until(() => texts().length >= written.length);
      const instants = new Map(written.map(({ text, instant }) => [text, instant]));
      expect(texts().toSorted()).toEqual(written.map(({ text }) => text).toSorted());
      const inOrder = texts().map((text) => instants.get(text) ?? 0);
      expect(inOrder).toEqual(inOrder.toSorted((a, b) => a - b));
      expect(feed.snapshot.dropped).toBe(0);
    },
  );
});
