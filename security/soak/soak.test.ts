import { expect, it } from 'vitest';
import { attacks } from '../attacks/index.ts';
import { soak } from './soak.ts';
import { tooWeak } from './too-weak.ts';
import { judge } from './verdict.ts';

/** Some 90 MiB without work, 55 KiB for each of 5,000 idle connections, and what every attack may hold at most. */
const mostResidentBytes = 1024 * 2 ** 20;

it('serves an honest tenant beside all attacks at once, for 30 s', async () => {
  const names = attacks.map(({ name }) => name);
  // The attackers give way to everything else: beside other work they need longer to send as much.
  const result = await soak({ attackMs: 30_000, mostMs: 180_000, quietMs: 5_000, names });
  for (const row of judge(result, names).rows) console.log(`${row.name}: ${row.quiet}; ${row.attacked}`);
  expect(tooWeak(names, result.sent)).toEqual([]);
  // Times, and whether memory stays flat, are judged by the long form, `npm run attacks -- --minutes 10`, on a machine that does
  // nothing else.
  expect(result.problems).toEqual([]);
  expect([...result.quiet.failures, ...result.attacked.failures]).toEqual([]);
  expect(result.attacked.https.length).toBeGreaterThan(0);
  expect(Math.max(...result.samples.map(({ resident }) => resident))).toBeLessThan(mostResidentBytes);
});
