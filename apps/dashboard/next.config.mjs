import { PHASE_DEVELOPMENT_SERVER } from 'next/constants.js';

/** @type {import('next').NextConfig} */
const config = {
  reactStrictMode: true,
  poweredByHeader: false,
  images: { unoptimized: true },
  // Addresses cut short by hand: each goes to the view that holds what was cut.
  redirects: async () => [
    { source: '/:organization/clusters', destination: '/:organization', permanent: false },
    { source: '/:organization/clusters/:cluster/r', destination: '/:organization/clusters/:cluster', permanent: false },
    {
      source: '/:organization/clusters/:cluster/r/:resource/-',
      destination: '/:organization/clusters/:cluster/r/:resource',
      permanent: false,
    },
    {
      source: '/:organization/clusters/:cluster/r/:resource/:namespace',
      destination: '/:organization/clusters/:cluster/r/:resource?ns=:namespace',
      permanent: false,
    },
  ],
  // Types are checked by `tsc -b` (TypeScript 7 has no programming interface that Next could call).
  typescript: { ignoreBuildErrors: true },
  experimental: { optimizePackageImports: ['radix-ui', 'lucide-react'] },
};

const pages = ['tsx', 'ts'];

/**
 * Pages called `page.dev.tsx` are for those who work on the dashboard: a production build has neither a route nor a chunk of them.
 * @param {string} phase
 * @returns {import('next').NextConfig}
 */
export default (phase) => ({
  ...config,
  pageExtensions: phase === PHASE_DEVELOPMENT_SERVER ? ['dev.tsx', ...pages] : pages,
});
