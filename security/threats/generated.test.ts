import { expect, it } from 'vitest';
import { fuzz } from '../fuzz/runner.ts';
import { headerSanitiser, identities, kubeconfigWriter } from '../fuzz/targets/kube-text.ts';

const seed = process.env['POSTERN_FUZZ_SEED'] ?? new Date().toISOString().slice(0, 10);

// The long run: npm run fuzz -- --target header-sanitiser,identities,kubeconfig-writer --cases 2000000
it.each([
  { row: 31, target: headerSanitiser, cases: 120_000 },
  { row: 35, target: identities, cases: 80_000 },
  { row: 55, target: kubeconfigWriter, cases: 10_000 },
])(
  `threat $row: $cases generated cases of $target.name, seed ${seed}`,
  { timeout: 300_000 },
  async ({ target, cases }) => {
    const result = await fuzz({ targets: [target], cases, seed });
    expect(result.failures).toEqual([]);
    expect(result.cases).toBe(cases);
  },
);
