import { expect, it } from 'vitest';
import { attacks } from '../attacks/index.ts';
import { soak } from './soak.ts';
import { judge } from './verdict.ts';

it('serves an honest tenant beside all attacks at once, for 30 s', async () => {
  const names = attacks.map(({ name }) => name);
  const result = await soak({ attackMs: 30_000, quietMs: 15_000, names });
  for (const row of judge(result, names).rows) console.log(`${row.name}: ${row.quiet}; ${row.attacked}`);
  // Times and memory are judged by the long form, `npm run attacks -- --minutes 10`, on a machine that does nothing else.
  expect(result.problems).toEqual([]);
  expect([...result.quiet.failures, ...result.attacked.failures]).toEqual([]);
  expect(result.attacked.https.length).toBeGreaterThan(0);
});
