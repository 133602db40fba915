import { defineConfig } from 'vitest/config';

// Tests use the sources of every package (condition `@postern/source`), so they need no build. The others are Vite's defaults.
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
