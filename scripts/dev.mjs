// `npm run dev`: runs all of Postern from source and restarts what a change affects. `npm run dev -- --help` lists the options.
import { join } from 'node:path';
import { build, install, node, program, root, run } from './workspace.mjs';

await program(async () => {
  await install();
  await build(['client', 'contracts']);
  const args = ['--conditions=@postern/source', join(root, 'apps/local/src/dev/main.ts'), ...process.argv.slice(2)];
  // Caches compiled libraries; our own sources are read again each time.
  const NODE_COMPILE_CACHE = join(root, 'node_modules/.cache/node');
  return run(node, args, { env: { ...process.env, NODE_ENV: 'development', NODE_COMPILE_CACHE } });
});
