import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { useLeakCheck } from '@postern/testkit';
import { afterEach, expect, it, vi } from 'vitest';
import { DashboardUpstream, type UpstreamRequest } from './dashboard-upstream.ts';

useLeakCheck();

const closing: (() => void)[] = [];
afterEach(() => {
  vi.restoreAllMocks();
  for (const close of closing.splice(0)) close();
});

const mebibyte = 1024 * 1024;

async function start(listener: RequestListener): Promise<{ upstream: DashboardUpstream; server: Server }> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { upstream: new DashboardUpstream(new URL(`http://127.0.0.1:${port}`)), server };
}

/** A request of one and the same address, unless stated otherwise. */
const asking = (request: Partial<UpstreamRequest> = {}): UpstreamRequest => ({
  method: 'GET',
  path: '/',
  headers: {},
  client: '192.0.2.1',
  signal: new AbortController().signal,
  ...request,
});

it('makes at most 16 requests at a time for one address, and the next when one has ended', async () => {
  const held: ServerResponse[] = [];
  const { upstream, server } = await start((request, response) => {
    if (request.url === '/held') held.push(response);
    else response.end();
  });
  const arrived = async (count: number): Promise<void> => {
    while (held.length < count) await once(server, 'request');
  };
  const answers = Array.from({ length: 17 }, () => upstream.fetch(asking({ path: '/held' })));
  await arrived(16);
  expect(await upstream.fetch(asking({ client: '192.0.2.2' }))).toMatchObject({ status: 200 });
  expect(held).toHaveLength(16);
  held[0]?.end();
  await arrived(17);
  for (const response of held.slice(1)) response.end();
  expect((await Promise.all(answers)).map(({ status }) => status)).toEqual(Array(17).fill(200));
});

it('lets 512 more requests of an address wait, and refuses others at once', async () => {
  const { upstream } = await start(() => {});
  const gone = new AbortController();
  const errors = Array.from({ length: 16 + 512 }, () =>
    upstream.fetch(asking({ signal: gone.signal })).then(
      () => 'none',
      (error: Error) => error.message,
    ),
  );
  await expect(upstream.fetch(asking())).rejects.toThrow('the dashboard did not answer in time');
  gone.abort();
  expect(await Promise.all(errors)).toEqual([
    ...Array(16).fill('The operation was aborted'),
    ...Array(512).fill('the dashboard did not answer in time'),
  ]);
});

it.each(['nobody waits for it any more', '30 seconds have passed'])('ends a request when %s', async (reason) => {
  const [gone, late] = [new AbortController(), new AbortController()];
  const timeout = vi.spyOn(AbortSignal, 'timeout').mockReturnValue(late.signal);
  const { promise, resolve } = Promise.withResolvers<IncomingMessage>();
  const { upstream } = await start(resolve);
  const failed = expect(upstream.fetch(asking({ signal: gone.signal }))).rejects.toThrow('The operation was aborted');
  const { socket } = await promise;
  const closed = once(socket, 'close');
  (reason.startsWith('30') ? late : gone).abort();
  await failed;
  await closed;
  expect(timeout.mock.calls).toEqual([[30_000]]);
});

it('passes on a response of 16 MiB, and refuses a longer one', async () => {
  const { upstream } = await start(({ url }, response) => void response.end(Buffer.alloc(Number(url?.slice(1)))));
  const { body } = await upstream.fetch(asking({ path: `/${16 * mebibyte}` }));
  expect(body.byteLength).toBe(16 * mebibyte);
  await expect(upstream.fetch(asking({ path: `/${16 * mebibyte + 1}` }))).rejects.toThrow(
    'a file of the dashboard is too large',
  );
});

it('reaches a process at a literal IPv6 address', async () => {
  const nobody = new DashboardUpstream(new URL('http://[::1]:1'));
  // Nothing listens there, but it is that address and port to which it connects.
  await expect(nobody.fetch(asking())).rejects.toMatchObject({ address: '::1', port: 1 });
});
