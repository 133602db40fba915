// `next dev` in a single process: `node scripts/next-dev.mjs FOLDER PORT`. Next's own command starts a separate server, which
// keeps running when the command is killed, and prevents another start.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const [dir = '', port] = process.argv.slice(2);
const next = createRequire(join(dir, 'package.json'))('next');
const hostname = '127.0.0.1';
const app = next({ dev: true, dir, hostname, port: Number(port), turbopack: true });
await app.prepare();

const handle = app.getRequestHandler();
const server = createServer((request, response) => void handle(request, response));
server.listen(Number(port), hostname);
await once(server, 'listening');
// Next only handles upgrades after the first request, and those of pages that are still open may arrive before it.
await fetch(`http://${hostname}:${port}/_next/static/none`);
process.stdout.write('Ready in development\n');
process.on('SIGTERM', () => {
  app.close().finally(() => process.exit(0));
});
