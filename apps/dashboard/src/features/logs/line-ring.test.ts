import { seededRandom } from '@postern/testkit';
import { describe, expect, it } from 'vitest';
import { LineRing } from './line-ring.ts';
import { LineView } from './line-view.ts';
import type { LogLine } from './log-line.ts';

const lineOf = (id: number, at: number, key = 'a', text = `line ${id}`): LogLine => ({
  id,
  at,
  time: '',
  raw: text,
  text,
  severity: id % 3 === 0 ? 'error' : 'info',
  source: { key, namespace: 'shop', pod: key, container: 'app', name: key, colour: 0 },
});

/** Lines of several containers in a random order of arrival; those of one container arrive in order. */
function arrivals(random: () => number, containers: number, count: number): LogLine[] {
  const clocks = Array.from({ length: containers }, () => 0);
  return Array.from({ length: count }, (_, id) => {
    const container = Math.floor(random() * containers);
    // Some containers are read late: their lines belong far back.
    clocks[container] = (clocks[container] ?? 0) + Math.floor(random() * 4) * (container + 1);
    return lineOf(id, clocks[container] ?? 0, `c${container}`, `${id % 5 === 0 ? 'needle' : 'hay'} ${id}`);
  });
}

const seeds = Array.from({ length: 30 }, (_, seed) => seed);

describe('a ring of lines', () => {
  it.each(seeds)('orders all lines by time, whatever their order of arrival (seed %d)', (seed) => {
    const random = seededRandom(seed);
    const all = arrivals(random, 1 + Math.floor(random() * 8), 2000);
    const ring = new LineRing({ mostBytes: Number.POSITIVE_INFINITY });
    for (let at = 0; at < all.length; ) {
      const size = 1 + Math.floor(random() * 150);
      ring.add(all.slice(at, at + size));
      at += size;
    }
    const ids = (lines: readonly LogLine[]) => lines.map(({ id }) => id);
    expect(ids(ring.lines).toSorted((a, b) => a - b)).toEqual(all.map(({ id }) => id));
    expect(ring.lines.every(({ at }, index) => at >= (ring.lines[index - 1]?.at ?? 0))).toBe(true);
    for (const key of new Set(all.map(({ source }) => source?.key))) {
      const of = (lines: readonly LogLine[]) => ids(lines.filter(({ source }) => source?.key === key));
      expect(of(ring.lines)).toEqual(of(all));
    }
  });

  it('drops the oldest lines at its limit, counts them, and never shows a gap', () => {
    const ring = new LineRing({ mostBytes: 100 * 250 });
    for (let id = 0; id < 500; id++) ring.add([lineOf(id, id)]);
    const [first] = ring.lines;
    expect(ring.lines.length).toBeGreaterThan(80);
    expect(ring.lines.length).toBeLessThanOrEqual(115);
    expect(ring.lines.map(({ id }) => id)).toEqual(
      Array.from({ length: ring.lines.length }, (_, index) => 500 - ring.lines.length + index),
    );
    expect(ring.dropped).toBe(500 - ring.lines.length);
    // Between this line and the first one, others have been dropped.
    const before = ring.dropped;
    ring.add([lineOf(500, (first?.at ?? 0) - 1)]);
    expect(ring.dropped).toBe(before + 1);
    expect(ring.lines[0]).toBe(first);
  });
});

describe('a view of a ring', () => {
  it.each(seeds)('shows at any time what filtering and searching everything anew would (seed %d)', (seed) => {
    const random = seededRandom(seed);
    const all = arrivals(random, 5, 3000);
    const ring = new LineRing({ mostBytes: 800 * 230 });
    const view = new LineView();
    const tests = [undefined, ({ severity }: LogLine) => severity === 'error', ({ id }: LogLine) => id % 7 < 3];
    let test: (typeof tests)[number];
    let search = '';
    for (let at = 0; at < all.length; ) {
      const size = 1 + Math.floor(random() * 200);
      view.apply(ring.add(all.slice(at, at + size)));
      at += size;
      if (random() < 0.1) {
        test = tests[Math.floor(random() * tests.length)];
        search = random() < 0.5 ? '' : 'NEEDLE';
        view.setQuery({ test, search });
      }
      let slices = Math.floor(random() * 5);
      // Sometimes more lines come before all have been tested.
      const isDone = view.work(ring.lines, () => random() < 0.2 || slices-- > 0);
      if (random() < 0.3) view.work(ring.lines, () => true);
      else if (!isDone) continue;
      const expected = ring.lines.filter((line) => test === undefined || test(line));
      expect(view.shown.lines).toEqual(expected);
      const matches = expected.flatMap(({ text }, index) => (search !== '' && text.includes('needle') ? index : []));
      expect(view.shown.matches).toEqual(matches);
    }
    expect(ring.dropped).toBeGreaterThan(0);
  });

  it('keeps the old result until that of a new query is complete', () => {
    const ring = new LineRing({ mostBytes: Number.POSITIVE_INFINITY });
    const view = new LineView();
    view.apply(ring.add(Array.from({ length: 1000 }, (_, id) => lineOf(id, id))));
    view.work(ring.lines, () => true);
    view.setQuery({ test: ({ id }) => id < 500, search: '' });
    let turns = 1;
    expect(view.work(ring.lines, () => turns-- > 0)).toBe(false);
    expect(view.shown.lines.length).toBe(1000);
    expect(view.work(ring.lines, () => true)).toBe(true);
    expect(view.shown.lines.length).toBe(500);
  });
});
