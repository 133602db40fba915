import { defineConfig } from 'vitest/config';

/** The product on the real cluster. One file after the other: they share two cores and one cluster. */
export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ['{kubectl,tunnel}/**/*.test.ts'],
    globalSetup: ['bed/setup.ts'],
    pool: 'forks',
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    reporters: [['default', { summary: false }], 'json'],
    outputFile: { json: '../test-results/e2e.json' },
  },
});
