// `next dev` in one process: `node scripts/next-dev.mjs FOLDER PORT`. Next's own command starts a server beside itself, which stays when
// the command is killed, and then no other starts.
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
// With the first request Next begins to answer upgrades as well: those of pages that were open before may come first.
await fetch(`http://${hostname}:${port}/_next/static/none`);
process.stdout.write('Ready in development\n');
process.on('SIGTERM', () => {
  app.close().finally(() => process.exit(0));
});
