import { expect, it } from 'vitest';
import { AbortRetry, until } from './until.ts';

it('answers with the first truthy answer, at once where there is one', async () => {
  expect(await until(() => 'here')).toBe('here');
  const answers = [undefined, false as const, null, 7];
  expect(await until(async () => answers.shift())).toBe(7);
});

it('is at rest between two looks', async () => {
  let looks = 0;
  const { user } = process.cpuUsage();
  const began = performance.now();
  await until(() => ++looks > 0 && performance.now() - began > 400);
  // 1 + 2 + 4 + … + 32 ms, then every 50 ms.
  expect(looks).toBeLessThan(20);
  expect(process.cpuUsage().user - user).toBeLessThan(200_000);
});

it('takes what is thrown for a no, unless asking again is in vain', async () => {
  let looks = 0;
  const ask = () => {
    if (++looks < 3) throw new Error('not yet');
    return looks;
  };
  expect(await until(ask)).toBe(3);
  const inVain = () => {
    looks++;
    throw new AbortRetry('it has ended');
  };
  await expect(until(inVain)).rejects.toThrow('it has ended');
  expect(looks).toBe(4);
});

it('says what was waited for, and what came last', async () => {
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
