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
  // Optional native parts of `ws`: it does without them.
  external: ['bufferutil', 'utf-8-validate'],
});
await bundle.write({ file: resolve(out), format: 'esm', codeSplitting: false });
await bundle.close();
