import { describe, expect, it } from 'vitest';
import { ViewWindow, windowLimits } from './view-window.ts';

const { most, least } = windowLimits;
const piece = 8 * 1024;

interface Page {
  /** Of the way to the page and back, in milliseconds. */
  roundTrip: number;
  /** How fast it draws, in bytes a millisecond. */
  rate: number;
}

/** A terminal whose output never ends, and a page. Clock and network are simulated. */
class Flood {
  readonly #acknowledged: { end: number; at: number }[] = [];
  #now = 0;
  readonly window = new ViewWindow(() => this.#now);
  #sent = 0;
  #drawn = 0;
  #idleFrom = 0;

  /** @returns how long the last piece took from being sent to being acknowledged, in milliseconds. */
  run({ roundTrip, rate }: Page, ms: number): number {
    let took = 0;
    for (const until = this.#now + ms; this.#now < until; ) {
      while (this.#sent - this.#drawn + piece <= this.window.bytes) {
        this.#idleFrom = Math.max(this.#idleFrom, this.#now + roundTrip / 2) + piece / rate;
        this.#sent += piece;
        this.window.sent(this.#sent);
        this.#acknowledged.push({ end: this.#sent, at: this.#idleFrom + roundTrip / 2 });
        took = this.#idleFrom + roundTrip / 2 - this.#now;
      }
      const next = this.#acknowledged.shift();
      if (next === undefined) throw new Error('nothing was sent');
      this.#now = Math.max(this.#now, next.at);
      this.#drawn = next.end;
      this.window.drawn(next.end);
    }
    return took;
  }
}

describe('what a view gets that it has not drawn', () => {
  it.each([0, 20, 200])('is all there may be, if the page draws fast, %i ms away', (roundTrip) => {
    const flood = new Flood();
    flood.run({ roundTrip, rate: 5_000 }, 5_000);
    expect(flood.window.bytes).toBe(most);
  });

  it.each([0, 20, 200])(
    'is less if the page is slow, %i ms away: output waits less than a tenth of a second',
    (roundTrip) => {
      const flood = new Flood();
      const took = flood.run({ roundTrip, rate: 400 }, 5_000);
      expect(took - roundTrip).toBeLessThan(100);
      expect(flood.window.bytes).toBeGreaterThan(least);
    },
  );

  it('grows again when the page is fast again', () => {
    const flood = new Flood();
    flood.run({ roundTrip: 20, rate: 200 }, 5_000);
    expect(flood.window.bytes).toBeLessThan(most / 2);
    flood.run({ roundTrip: 20, rate: 5_000 }, 5_000);
    expect(flood.window.bytes).toBe(most);
  });

  it('is never so little that output stops', () => {
    const flood = new Flood();
    flood.run({ roundTrip: 20, rate: 1 }, 60_000);
    expect(flood.window.bytes).toBeGreaterThanOrEqual(least);
    expect(flood.window.bytes).toBeLessThan(2 * least);
  });

  it('grows again when the way to the page has become longer', () => {
    const flood = new Flood();
    flood.run({ roundTrip: 2, rate: 5_000 }, 1_000);
    flood.run({ roundTrip: 300, rate: 5_000 }, 60_000);
    expect(flood.window.bytes).toBe(most);
  });
});

it('forgets what was sent when another screen takes its place', () => {
  let now = 0;
  const window = new ViewWindow(() => now);
  window.sent(100);
  window.forget();
  now = 10_000;
  window.drawn(100);
  expect(window.bytes).toBe(most);
});

it('measures a page that is sent its output in thousands of tiny pieces', () => {
  let now = 0;
  const window = new ViewWindow(() => now);
  window.sent(1);
  window.drawn(1);
  for (let end = 2; end <= 10_000; end++) window.sent(end);
  now = 1_000;
  window.drawn(9_999);
  expect(window.bytes).toBe(most * 0.75);
});
