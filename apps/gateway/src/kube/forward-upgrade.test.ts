import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { parseTarget } from '@postern/kube';
import { type MuxStream, StreamResetError } from '@postern/mux';
import { memorySessionPair, type SessionPair } from '@postern/mux/test';
import { until, useLeakCheck } from '@postern/testkit';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { classify } from '../access/classify.ts';
import { forwardUpgrade } from './forward-upgrade.ts';

useLeakCheck();

let pair: SessionPair;
let server: Server;
beforeEach(async () => {
  pair = await memorySessionPair();
  server = createServer({ allowHalfOpen: true });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(async () => {
  await pair.close();
  await new Promise((resolve) => server.close(resolve));
});

/** A client and the gateway's end of its connection, joined to a stream of a cluster. */
async function join(): Promise<{ client: Socket; gateway: Socket; cluster: MuxStream; stream: MuxStream }> {
  const accepted = once(server, 'connection') as Promise<[Socket]>;
  const client = connect({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', allowHalfOpen: true });
  client.on('error', () => {});
  const [gateway] = await accepted;
  gateway.on('error', () => gateway.destroy());
  const opened = once(pair.agent, 'stream') as Promise<[MuxStream]>;
  const stream = pair.gateway.open(Buffer.from('{}'));
  const [cluster] = await opened;
  cluster.accept(Buffer.from('{}'));
  const { target } = parseTarget('/api/v1/namespaces/a/pods/p/exec?command=x');
  if (target === undefined) throw new Error('no target');
  await forwardUpgrade({
    socket: gateway,
    head: Buffer.alloc(0),
    opened: {
      stream,
      answer: { status: 101, headers: [['upgrade', 'SPDY/3.1']] },
      cut: (code, reason) => stream.reset(code, reason),
    },
    asked: classify('POST', target),
    protocol: 'SPDY/3.1',
  });
  await once(client, 'data');
  return { client, gateway, cluster, stream };
}

it('when a client breaks off, the cluster gets everything that the gateway had read', async () => {
  const { client, gateway, cluster, stream } = await join();
  // All credit of the stream, and more that must wait in the gateway.
  const bytes = Buffer.alloc(cluster.receiveWindow + 40_000, 'x');
  client.write(bytes);
  await until(() => gateway.bytesRead === bytes.byteLength && stream.writableLength > 0);
  expect(cluster.bytesReceived).toBeLessThan(bytes.byteLength);
  client.resetAndDestroy();
  await until(() => gateway.closed);
  let got = 0;
  cluster.on('data', (part: Buffer) => {
    got += part.byteLength;
  });
  let isComplete = false;
  cluster.once('end', () => {
    isComplete = true;
  });
  await until(() => cluster.destroyed);
  expect(got).toBe(bytes.byteLength);
  expect(isComplete).toBe(false);
  expect(cluster.errored).toBeInstanceOf(StreamResetError);
});

it('when a cluster breaks off, a slow client gets everything that the gateway had read', async () => {
  const { client, gateway, cluster } = await join();
  client.pause();
  const bytes = Buffer.alloc(8 * 1024 * 1024, 'y');
  cluster.write(bytes, () => cluster.abort('upstream-failed', 'the apiserver broke off'));
  await until(() => gateway.writableLength > 0);
  let got = 0;
  client.on('data', (part: Buffer) => {
    got += part.byteLength;
  });
  client.resume();
  await Promise.race([once(client, 'end'), once(client, 'close')]);
  expect(got).toBe(bytes.byteLength);
  client.destroy();
});

it('a half-closed client stays connected while a slow cluster reads what it sent', async () => {
  const { client, gateway, cluster } = await join();
  const bytes = Buffer.alloc(cluster.receiveWindow + 40_000, 'x');
  client.end(bytes);
  await until(() => gateway.readableEnded);
  let got = 0;
  cluster.on('data', (part: Buffer) => {
    got += part.byteLength;
  });
  await once(cluster, 'end');
  expect(got).toBe(bytes.byteLength);
  cluster.end('done');
  const [last] = (await once(client, 'data')) as [Buffer];
  expect(last.toString()).toBe('done');
  client.destroy();
});
