/** The gateway's program in a process of its own, from its sources as the tests read them: nothing need be built. */
import { resolve } from 'node:path';
import { createViteServer } from 'vitest/node';

const root = resolve(import.meta.dirname, '../../../..');
const server = await createViteServer({
  configFile: resolve(root, 'vitest.config.ts'),
  root,
  appType: 'custom',
  logLevel: 'error',
  server: { middlewareMode: true, hmr: false, ws: false, watch: null },
});
await server.ssrLoadModule(resolve(root, 'apps/gateway/src/main.ts'));
