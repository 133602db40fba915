// Bundles the agent and its dependencies into one file: `node scripts/bundle-agent.mjs OUT.mjs`.
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
  // Uses the sources of the workspace's packages, so nothing needs to be built first.
  resolve: { conditionNames: ['@postern/source', 'node'] },
  // `ws` works without its optional native parts. A kubeconfig's OIDC provider would add a megabyte of clients, which a pod never
  // needs.
  external: ['bufferutil', 'utf-8-validate', /oidc_auth/],
});
await bundle.write({
  file: resolve(out),
  format: 'esm',
  codeSplitting: false,
  minify: { compress: true, mangle: false },
});
await bundle.close();
