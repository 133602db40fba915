import { beforeEach, expect, it } from 'vitest';
import { IdleCollection } from './idle-collection.ts';

const mib = 1024 * 1024;

let now: number;
let due: { at: number; action: () => void } | undefined;
let resident: number;
let collections: number;
let idle: IdleCollection;
beforeEach(() => {
  now = 0;
  due = undefined;
  resident = 80 * mib;
  collections = 0;
  const clock = {
    now: () => now,
    after: (ms: number, action: () => void) => {
      const timer = { at: now + ms, action };
      due = timer;
      return () => {
        if (due === timer) due = undefined;
      };
    },
  };
  idle = new IdleCollection({
    clock,
    resident: () => resident,
    collect: () => {
      collections++;
      resident -= 10 * mib;
    },
  });
});

function pass(ms: number): void {
  now += ms;
  if (due === undefined || due.at > now) return;
  const { action } = due;
  due = undefined;
  action();
}

it('collects once after work that took memory, when no request began or ended for 10 s', () => {
  idle.opened('http');
  resident += 20 * mib;
  pass(9_000);
  idle.closed('http');
  pass(9_999);
  expect(collections).toBe(0);
  pass(1);
  expect(collections).toBe(1);
  pass(3_600_000);
  expect(collections).toBe(1);
});

it('leaves it if little was taken, counted from the last collection', () => {
  idle.opened('http');
  idle.closed('http');
  resident += 8 * mib - 1;
  pass(10_000);
  expect(collections).toBe(0);
  resident += 1;
  idle.opened('http');
  pass(10_000);
  expect(collections).toBe(1);
  idle.closed('http');
  pass(10_000);
  expect(collections).toBe(1);
  resident += 8 * mib;
  idle.opened('http');
  pass(10_000);
  expect(collections).toBe(2);
});

it('does not delay keystrokes: waits until no upgraded stream is open', () => {
  idle.opened('upgrade');
  idle.opened('upgrade');
  resident += 20 * mib;
  pass(60_000);
  idle.closed('upgrade');
  pass(60_000);
  expect(collections).toBe(0);
  idle.closed('upgrade');
  pass(10_000);
  expect(collections).toBe(1);
});

it('stops', () => {
  idle.opened('http');
  resident += 20 * mib;
  idle.stop();
  pass(10_000);
  expect(collections).toBe(0);
});

it('really collects', () => {
  resident = 0;
  let due = (): void => {};
  const real = new IdleCollection({
    clock: {
      now: () => 0,
      after: (_ms, action) => {
        due = action;
        return () => {};
      },
    },
    resident: () => resident,
  });
  let collected = 0;
  const registry = new FinalizationRegistry(() => collected++);
  for (let count = 0; count < 100; count++) registry.register({ count }, count);
  resident = 8 * mib;
  real.opened('http');
  due();
  return new Promise<void>((resolve) => setImmediate(() => setTimeout(resolve))).then(() =>
    expect(collected).toBeGreaterThan(0),
  );
});
