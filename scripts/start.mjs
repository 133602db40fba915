// `npm start`: runs all of Postern on this machine. `npm start -- --help` lists the options.
import { join } from 'node:path';
import { build, install, node, program, root, run } from './workspace.mjs';

await program(async () => {
  await install();
  await build();
  return run(node, [join(root, 'apps/local/dist/main.js'), ...process.argv.slice(2)], {
    env: { ...process.env, NODE_ENV: 'production' },
  });
});
