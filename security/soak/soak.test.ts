import { expect, it } from 'vitest';
import { attacks } from '../attacks/index.ts';
import { sampleMs } from './sample.ts';
import { soak } from './soak.ts';
import { tooWeak } from './too-weak.ts';
import { judge } from './verdict.ts';

/** About 90 MiB when idle, 55 KiB for each of 5,000 idle connections, and the most that each attack may hold. */
const mostResidentBytes = 1024 * 2 ** 20;

it('serves an honest tenant while all attacks run for 30 s', async () => {
  const names = attacks.map(({ name }) => name);
  // The attackers run at the lowest priority, so on a busy machine they need longer to send enough.
  const attackMs = 30_000;
  const result = await soak({ attackMs, mostMs: 180_000, quietMs: 5_000, names });
  for (const row of judge(result, names).rows) console.log(`${row.name}: ${row.quiet}; ${row.attacked}`);
  expect(tooWeak(names, result.sent)).toEqual([]);
  // Latency, and whether memory stays flat, are judged by the long form, `npm run attacks -- --minutes 10`, on an otherwise idle
  // machine.
  expect(result.problems).toEqual([]);
  expect([...result.quiet.failures, ...result.attacked.failures]).toEqual([]);
  expect(result.attacked.https.length).toBeGreaterThan(0);
  // What a longer run holds is judged by the long form.
  const first = result.samples.slice(0, attackMs / sampleMs);
  expect(Math.max(...first.map(({ resident }) => resident))).toBeLessThan(mostResidentBytes);
});
