import { randomUUID } from 'node:crypto';
import { PHASE_DEVELOPMENT_SERVER } from 'next/constants.js';
import { redirects } from './src/features/router/redirects.ts';

// In the environment, because Next loads this file again in each of its workers.
process.env['POSTERN_BUILD'] ??= randomUUID();
const build = process.env['POSTERN_BUILD'];

/** @type {import('next').NextConfig} */
const config = {
  // Pages compare the build that they were loaded from with the one that is served.
  generateBuildId: () => build,
  env: { POSTERN_BUILD: build },
  reactStrictMode: true,
  poweredByHeader: false,
  images: { unoptimized: true },
  redirects: async () => redirects.map((redirect) => ({ ...redirect, permanent: false })),
  // Browsers look at the icon again whenever the address changes, which should not be a request.
  headers: async () => [{ source: '/icon.svg', headers: [{ key: 'cache-control', value: 'public, max-age=3600' }] }],
  // `tsc -b` checks the types (TypeScript 7 has no JavaScript API that Next could call).
  typescript: { ignoreBuildErrors: true },
  experimental: { optimizePackageImports: ['radix-ui', 'lucide-react'] },
};

const pages = ['tsx', 'ts'];

/**
 * Pages called `page.dev.tsx` are for development only: a production build contains neither their routes nor their chunks.
 * @param {string} phase
 * @returns {import('next').NextConfig}
 */
export default (phase) => ({
  ...config,
  pageExtensions: phase === PHASE_DEVELOPMENT_SERVER ? ['dev.tsx', ...pages] : pages,
});
