import { PHASE_DEVELOPMENT_SERVER } from 'next/constants.js';

/** @type {import('next').NextConfig} */
const config = {
  reactStrictMode: true,
  poweredByHeader: false,
  images: { unoptimized: true },
  // URLs shortened by hand: each redirects to the view that contains the removed part.
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
