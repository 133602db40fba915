// Bundles the agent and all it needs into one file: `node scripts/bundle-agent.mjs OUT.mjs`.
import { resolve } from 'node:path';
import { rolldown } from 'rolldown';

const root = resolve(import.meta.dirname, '..');
const out = process.argv[2];
if (!out) {
  process.stderr.write('usage: node scripts/bundle-agent.mjs OUT.mjs\n');
  process.exit(2);
}

const bundle = await rolldown({
  input: resolve(root, 'apps/agent/src/main.ts'),
  platform: 'node',
  // The workspace's packages are taken as sources, so nothing has to be built before.
  resolve: { conditionNames: ['@postern/source', 'node'] },
  // Optional native parts of `ws`: it does without them. A kubeconfig's OIDC provider would bring in a megabyte of clients,
  // which a pod never needs.
  external: ['bufferutil', 'utf-8-validate', /oidc_auth/],
});
await bundle.write({
  file: resolve(out),
  format: 'esm',
  codeSplitting: false,
  minify: { compress: true, mangle: false },
});
await bundle.close();
