import { expect, it } from 'vitest';
import { fuzz } from './runner.ts';
import { targets } from './targets/index.ts';

// The date, so that each day tests other cases and a failure can be reproduced.
const seed = process.env['POSTERN_FUZZ_SEED'] ?? new Date().toISOString().slice(0, 10);
const cases = Number(process.env['POSTERN_FUZZ_CASES'] ?? 100_000);

it(`answers honest requests between ${cases} hostile ones to ${targets.length} targets, seed ${seed}`, {
  timeout: 600_000,
}, async () => {
  const lines: string[] = [];
  const result = await fuzz({ targets, cases, seed, onProgress: (line) => lines.push(line) });
  console.log(lines.join('\n'));
  expect(result.failures).toEqual([]);
  expect(result.cases).toBeGreaterThanOrEqual(cases - targets.length);
});
