import { expect, it } from 'vitest';
import { AbortRetry, until } from './until.ts';

it('returns the first truthy result, immediately if there is one', async () => {
  expect(await until(() => 'here')).toBe('here');
  const answers = [undefined, false as const, null, 7];
  expect(await until(async () => answers.shift())).toBe(7);
});

it('uses no CPU between attempts', async () => {
  let attempts = 0;
  const { user } = process.cpuUsage();
  const began = performance.now();
  await until(() => ++attempts > 0 && performance.now() - began > 400);
  // 1 + 2 + 4 + … + 32 ms, then every 50 ms.
  expect(attempts).toBeLessThan(20);
  expect(process.cpuUsage().user - user).toBeLessThan(200_000);
});

it('retries after an exception, except after AbortRetry', async () => {
  let attempts = 0;
  const ask = () => {
    if (++attempts < 3) throw new Error('not yet');
    return attempts;
  };
  expect(await until(ask)).toBe(3);
  const abort = () => {
    attempts++;
    throw new AbortRetry('it has ended');
  };
  await expect(until(abort)).rejects.toThrow('it has ended');
  expect(attempts).toBe(4);
});

it('reports what was awaited, and the last result', async () => {
  await expect(until(() => 0, { timeoutMs: 5, what: 'the agent' })).rejects.toThrow(
    'not within 5 ms: the agent (last: 0)',
  );
  const seen: string[] = [];
  const refused = () => {
    throw new Error('refused');
  };
  await expect(until(() => seen.length === 2, { timeoutMs: 5 })).rejects.toThrow(/seen\.length === 2.*last: false/);
  await expect(until(refused, { timeoutMs: 5 })).rejects.toMatchObject({ cause: { message: 'refused' } });
});
