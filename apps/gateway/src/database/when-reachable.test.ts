import { expect, it } from 'vitest';
import { whenReachable } from './when-reachable.ts';

const away = () => Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });

it('retries while the database is unavailable', async () => {
  let tries = 0;
  const answer = await whenReachable(async () => {
    tries += 1;
    if (tries < 4) throw away();
    return 'done';
  }, 1);
  expect([answer, tries]).toEqual(['done', 4]);
});

it('gives up on other errors at once, and on an outage in the end', async () => {
  let tries = 0;
  const failing = (error: Error) => () => {
    tries += 1;
    return Promise.reject(error);
  };
  await expect(whenReachable(failing(new Error('syntax')), 1)).rejects.toThrow('syntax');
  expect(tries).toBe(1);
  await expect(whenReachable(failing(away()), 1)).rejects.toThrow('ECONNREFUSED');
  expect(tries).toBe(10);
});
