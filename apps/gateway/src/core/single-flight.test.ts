import fc from 'fast-check';
import { expect, it } from 'vitest';
import { SingleFlight } from './single-flight.ts';

/** Work that the test ends; each call resolves with its number. */
function manualWork() {
  const calls: { resolve(): void; reject(error: Error): void }[] = [];
  const work = (): Promise<number> => {
    const number = calls.length;
    return new Promise((resolve, reject) => calls.push({ resolve: () => resolve(number), reject }));
  };
  return { calls, work };
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

it('runs once for the first caller and once for all who call meanwhile', async () => {
  const { calls, work } = manualWork();
  const flight = new SingleFlight<number>();
  const first = flight.run('a', work);
  const others = Array.from({ length: 1_000 }, () => flight.run('a', work));
  const elsewhere = flight.run('b', work);
  await settled();
  expect(calls).toHaveLength(2);
  for (const { resolve } of calls) resolve();
  expect([await first, await elsewhere]).toEqual([0, 1]);
  await settled();
  expect(calls).toHaveLength(3);
  calls[2]?.resolve();
  expect(new Set(await Promise.all(others))).toEqual(new Set([2]));
  const later = flight.run('a', work);
  await settled();
  calls[3]?.resolve();
  expect(await later).toBe(3);
});

it('rejects for all who share a failed run, and goes on', async () => {
  const { calls, work } = manualWork();
  const flight = new SingleFlight<number>();
  const first = flight.run('a', work);
  const next = flight.run('a', work);
  await settled();
  calls[0]?.reject(new Error('away'));
  await expect(first).rejects.toThrow('away');
  await settled();
  calls[1]?.resolve();
  expect(await next).toBe(1);
  await expect(
    flight.run('a', () => {
      throw new Error('at once');
    }),
  ).rejects.toThrow('at once');
});

it('never returns the result of a run that began before the call', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.boolean(), { maxLength: 40 }), async (steps) => {
      const { calls, work } = manualWork();
      const flight = new SingleFlight<number>();
      const questions: { asked: number; answer: Promise<number> }[] = [];
      let ended = 0;
      for (const asks of steps) {
        if (asks) questions.push({ asked: calls.length, answer: flight.run('a', work) });
        else if (ended < calls.length) calls[ended++]?.resolve();
        await settled();
        expect(calls.length - ended).toBeLessThanOrEqual(1);
      }
      while (ended < calls.length) {
        calls[ended++]?.resolve();
        await settled();
      }
      for (const { asked, answer } of questions) expect(await answer).toBeGreaterThanOrEqual(asked);
    }),
    { numRuns: 200 },
  );
});
