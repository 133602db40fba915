import { defineConfig } from 'vitest/config';

/** The short form of the attacks. Files run one after another, because each measures its own gateway. */
export default defineConfig({
  resolve: { conditions: ['@postern/source', 'node'] },
  ssr: { resolve: { conditions: ['@postern/source', 'node'] } },
  test: {
    root: import.meta.dirname,
    include: ['soak/*.test.ts'],
    pool: 'forks',
    fileParallelism: false,
    testTimeout: 400_000,
    reporters: [['default', { summary: false }], 'json'],
    outputFile: { json: '../test-results/attacks.json' },
  },
});
