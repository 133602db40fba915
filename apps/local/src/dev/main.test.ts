import { mkdtemp, readFile, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { freePort } from '@postern/testkit';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { checkout } from '../programs.ts';
import { ask, isAlive, Product, pidsOf } from '../test/product.ts';

const main = `${checkout}apps/local/src/dev/main.ts`;
const gateway = `${checkout}apps/gateway/src/main.ts`;

let data: string;
let dev: Product;
beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'postern-dev-'));
  // Without the demo cluster, which starts in the same way as for `npm start`.
  const args = ['--port', String(await freePort()), '--no-demo'];
  dev = new Product(['--conditions=@postern/source', main], data, args, { NODE_ENV: 'development' });
});
afterEach(async () => {
  await dev.stop();
  await rm(data, { recursive: true, force: true });
});

/** The status line of the response to the upgrade that a page of `next dev` requests for hot reload. */
async function upgradeOfPage(url: string, caFile: string): Promise<string> {
  const { port, hostname } = new URL(url);
  const socket = connect({ port: Number(port), host: hostname, ca: await readFile(caFile) });
  const key = 'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==';
  socket.write(
    `GET /_next/hmr?id=1 HTTP/1.1\r\nHost: localhost:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n${key}\r\n\r\n`,
  );
  for await (const part of socket) return String(part).split('\r\n')[0] ?? '';
  return '';
}

it('runs from source, restarts the gateway when a source changes, and leaves nothing behind', async () => {
  await dev.said(/Postern is ready at/);
  const { url, caFile } = await dev.ready();
  const before = await dev.pidOf(gateway);
  expect((await ask(await dev.ready(), '/api/v1/meta')).status).toBe(200);
  expect(await upgradeOfPage(url, caFile)).toBe('HTTP/1.1 101 Switching Protocols');

  // Only touched, because other tests use the file at the same time.
  const { length } = dev.output;
  await utimes(`${checkout}apps/gateway/src/meta/version.ts`, new Date(), new Date());
  await dev.said(/version\.ts changed: the gateway starts again[\s\S]*The gateway serves again/, length);
  const after = await dev.pidOf(gateway);
  expect(after).not.toBe(before);
  expect(isAlive(before)).toBe(false);
  expect((await ask(await dev.ready(), '/api/v1/meta')).status).toBe(200);

  const started = await pidsOf(data);
  expect(started).toContain(after);
  expect(await dev.stop()).toBe(0);
  expect(started.filter(isAlive)).toEqual([]);
}, 120_000);
