import { defineConfig } from 'vitest/config';

/** The attacks' short form: one after the other, since each measures a gateway of its own. */
export default defineConfig({
  resolve: { conditions: ['@postern/source', 'node'] },
  ssr: { resolve: { conditions: ['@postern/source', 'node'] } },
  test: {
    root: import.meta.dirname,
    include: ['soak/*.test.ts'],
    pool: 'forks',
    fileParallelism: false,
    testTimeout: 240_000,
    reporters: [['default', { summary: false }], 'json'],
    outputFile: { json: '../test-results/attacks.json' },
  },
});
