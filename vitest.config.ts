import { defineConfig } from 'vitest/config';

// Tests use the sources of every package (condition `@postern/source`), so they need no build. The others are Vite's defaults.
const conditions = ['@postern/source', 'module', 'node', 'development|production'];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: [
      '{apps,packages}/*/{src,test}/**/*.test.{ts,tsx}',
      'scripts/**/*.test.ts',
      'security/{fuzz,threats,request-info}/*.test.ts',
    ],
    pool: 'forks',
    // Guards against hanging, not measurements: a machine that runs other things as well may need much longer than usual.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 20_000 } },
  },
});
