import { expect, it } from 'vitest';
import { SlowRefusals } from './slow-refusals.ts';

function start() {
  let now = 0;
  const waiting: (() => void)[] = [];
  const refusals = new SlowRefusals({
    now: () => now,
    wait: (ms) => {
      expect(ms).toBe(1_000);
      return new Promise<void>((resolve) => waiting.push(resolve));
    },
  });
  let answered = 0;
  /** Requests `count` refusals. @returns how many of them did not have to wait. */
  const refuse = async (key: string, count: number): Promise<number> => {
    const before = answered;
    for (let index = 0; index < count; index++) void refusals.turn(key).then(() => answered++);
    await Promise.resolve().then(() => {});
    return answered - before;
  };
  return { refuse, waiting, pass: (ms: number) => (now += ms), answered: () => answered };
}

it('sends 50 refusals per key and second at once, and the others a second later', async () => {
  const { refuse, waiting, pass, answered } = start();
  expect(await refuse('a', 120)).toBe(50);
  expect(waiting.length).toBe(70);
  expect(await refuse('b', 10)).toBe(10);
  for (const done of waiting.splice(0)) done();
  await new Promise((resolve) => setImmediate(resolve));
  expect(answered()).toBe(130);
  pass(1_000);
  expect(await refuse('a', 51)).toBe(50);
});

it('delays at most 256 refusals per key and 2,000 in all, and sends the others at once', async () => {
  const { refuse, waiting } = start();
  expect(await refuse('a', 1_000)).toBe(1_000 - 256);
  for (let key = 0; key < 10; key++) await refuse(`k${key}`, 400);
  expect(waiting.length).toBe(2_000);
});
