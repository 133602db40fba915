import { FakeClock } from '@postern/tunnel/test';
import { beforeEach, expect, it } from 'vitest';
import { IdleCollection } from './idle-collection.ts';

const mib = 1024 * 1024;
/** Calls back when an object was collected; not local, because it must not be collected itself. */
const registry = new FinalizationRegistry<() => void>((call) => call());

let clock: FakeClock;
let resident: number;
let collections: number;
let idle: IdleCollection;
beforeEach(() => {
  clock = new FakeClock();
  resident = 80 * mib;
  collections = 0;
  idle = new IdleCollection({
    clock,
    resident: () => resident,
    collect: () => {
      collections++;
      resident -= 10 * mib;
    },
  });
});

/** One request, and 10 s in which nothing else happens. */
async function serve(request: { takes: number }): Promise<void> {
  idle.opened('http');
  resident += request.takes;
  idle.closed('http');
  await clock.advance(10_000);
}

it('collects once, 10 s after the last request began or ended', async () => {
  idle.opened('http');
  resident += 20 * mib;
  await clock.advance(9_000);
  idle.closed('http');
  await clock.advance(9_999);
  expect(collections).toBe(0);
  await clock.advance(1);
  expect(collections).toBe(1);
  await clock.advance(3_600_000);
  expect(collections).toBe(1);
});

it('does nothing unless memory has grown by 8 MiB since the last collection', async () => {
  await serve({ takes: 8 * mib - 1 });
  expect(collections).toBe(0);
  await serve({ takes: 1 });
  expect(collections).toBe(1);
  await serve({ takes: 0 });
  expect(collections).toBe(1);
  await serve({ takes: 8 * mib });
  expect(collections).toBe(2);
});

it('waits until no upgraded stream is open, in which a keystroke could be delayed', async () => {
  idle.opened('upgrade');
  idle.opened('upgrade');
  resident += 20 * mib;
  await clock.advance(60_000);
  idle.closed('upgrade');
  await clock.advance(60_000);
  expect(collections).toBe(0);
  idle.closed('upgrade');
  await clock.advance(10_000);
  expect(collections).toBe(1);
});

it('stops', async () => {
  idle.opened('http');
  resident += 20 * mib;
  idle.stop();
  await clock.advance(10_000);
  expect(collections).toBe(0);
});

it('collects garbage', async () => {
  const real = new IdleCollection({ clock, resident: () => resident });
  const { promise: collected, resolve } = Promise.withResolvers<void>();
  registry.register({}, resolve);
  real.opened('http');
  resident += 8 * mib;
  await clock.advance(10_000);
  await collected;
});
