import { defineConfig } from 'vitest/config';

// Tests run on the sources of every package (condition `@postern/source`), so they need no build. The others are Vite's own defaults.
const conditions = ['@postern/source', 'module', 'node', 'development|production'];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ['{apps,packages}/*/{src,test}/**/*.test.{ts,tsx}', 'scripts/**/*.test.ts', 'security/fuzz/*.test.ts'],
    pool: 'forks',
    testTimeout: 20_000,
    hookTimeout: 60_000,
  },
});
