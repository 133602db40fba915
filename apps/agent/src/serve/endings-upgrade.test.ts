import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { TLSSocket } from 'node:tls';
import type { MuxStream } from '@postern/mux';
import { selfSigned, type TestCertificate, until, useLeakCheck } from '@postern/testkit';
import { beforeAll, describe, expect, it } from 'vitest';
import { type RawApiserver, rawApiserver } from '../test/apiserver.ts';
import { received, type ServingAgent, servingAgent } from '../test/serving.ts';

/** Every way to end an upgraded connection, in both directions: compares what one side observes with what was done. */

useLeakCheck();
let certificate: TestCertificate;
beforeAll(async () => {
  certificate = await selfSigned();
});

const exec = {
  kind: 'upgrade' as const,
  method: 'POST',
  path: '/api/v1/namespaces/demo/pods/web-1/exec?command=sh&stdin=true',
  headers: [
    ['connection', 'Upgrade'],
    ['upgrade', 'SPDY/3.1'],
  ] as [string, string][],
};
const switching = 'HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: SPDY/3.1\r\n\r\n';
const little = randomBytes(20_000);
const much = randomBytes(400_000);

interface Server {
  api: RawApiserver;
  socket: TLSSocket;
}
const endings: Record<string, { outcome: 'complete' | 'upstream-failed'; end: (server: Server) => void }> = {
  'FIN with close_notify': { outcome: 'complete', end: ({ socket }) => socket.end() },
  'TCP reset': { outcome: 'upstream-failed', end: ({ api }) => api.breakOff() },
};

/** An upgraded connection, and what the apiserver has received on it. */
interface Upgraded extends AsyncDisposable {
  server: Server;
  agent: ServingAgent;
  stream: MuxStream;
  /** The bytes that the apiserver has received, and how they ended. */
  up: { bytes: Buffer; end: 'open' | 'fin' | 'reset' };
}

async function upgraded(sent: Buffer, then?: (server: Server) => void): Promise<Upgraded> {
  const up: Upgraded['up'] = { bytes: Buffer.alloc(0), end: 'open' };
  const accepted = Promise.withResolvers<TLSSocket>();
  const api = await rawApiserver(certificate, (_head, socket) => {
    socket.on('data', (chunk: Buffer) => {
      up.bytes = Buffer.concat([up.bytes, chunk]);
    });
    socket.on('end', () => {
      up.end = 'fin';
    });
    socket.on('error', () => {
      up.end = 'reset';
    });
    socket.write(Buffer.concat([Buffer.from(switching), sent]), () => {
      accepted.resolve(socket);
      then?.({ api, socket });
    });
  });
  const agent = await servingAgent(api.endpoint);
  const { response, stream } = agent.request(exec);
  expect((await response).status).toBe(101);
  return {
    server: { api, socket: await accepted.promise },
    agent,
    stream,
    up,
    [Symbol.asyncDispose]: async () => {
      await agent[Symbol.asyncDispose]();
      await api.close();
    },
  };
}

describe('the server’s side of an upgraded connection', () => {
  it.each(Object.keys(endings))('ends by %s after every byte that it has sent', async (how) => {
    const { outcome, end } = endings[how]!;
    for (const bytes of [Buffer.alloc(0), little, much]) {
      await using connection = await upgraded(bytes);
      const { server, stream } = connection;
      const got = received(stream);
      await until(() => stream.bytesReceived === bytes.length);
      end(server);
      const { end: ended, bytes: read } = await got;
      expect([ended, read.length]).toEqual([outcome, bytes.length]);
      expect(read.equals(bytes)).toBe(true);
      stream.destroy();
    }
  });

  it.each(Object.keys(endings))('ends by %s after every byte, for a reader who reads only afterwards', async (how) => {
    const { outcome, end } = endings[how]!;
    await using connection = await upgraded(much.subarray(0, 200_000));
    const { server, stream, agent } = connection;
    await until(() => stream.bytesReceived === 200_000);
    end(server);
    for (let round = 0; round < 20; round++) await agent.gateway.session.ping();
    const { end: ended, bytes } = await received(stream);
    expect([ended, bytes.equals(much.subarray(0, 200_000))]).toEqual([outcome, true]);
    stream.destroy();
  });

  it('loses no byte in 50 runs that end by a reset right after the last one', async () => {
    const lengths: number[] = [];
    for (let run = 0; run < 50; run++) {
      await using connection = await upgraded(little, ({ api }) => api.breakOff());
      const { end, bytes } = await received(connection.stream);
      expect(end).toBe('upstream-failed');
      lengths.push(bytes.length);
    }
    expect(lengths).toEqual(Array(50).fill(little.length));
  });

  it('loses no byte in 50 runs with the client still sending', async () => {
    const lengths: number[] = [];
    for (let run = 0; run < 50; run++) {
      await using connection = await upgraded(little);
      const { stream, server } = connection;
      const got = received(stream);
      await until(() => stream.bytesReceived === little.length);
      stream.write(little);
      server.api.breakOff();
      stream.write(little);
      const { end, bytes } = await got;
      expect(end).toBe('upstream-failed');
      lengths.push(bytes.length);
    }
    expect(lengths).toEqual(Array(50).fill(little.length));
  });
});

const departures: Record<string, (stream: MuxStream, agent: ServingAgent) => void> = {
  'a reset': (stream) => stream.reset('cancelled', ''),
  'an abort': (stream) => stream.abort('cancelled', ''),
  'destroying the stream': (stream) => void stream.destroy(),
  'the end of the tunnel': (_stream, agent) => agent.gateway.close(1001, 'over'),
};

describe('the client’s side of an upgraded connection', () => {
  it('ends by a FIN after every byte, and the server continues', async () => {
    await using connection = await upgraded(little);
    const { server, stream, up } = connection;
    const got = received(stream);
    stream.end(much);
    await until(() => up.end !== 'open');
    expect([up.end, up.bytes.equals(much)]).toEqual(['fin', true]);
    server.socket.end(much);
    const { end, bytes } = await got;
    expect([end, bytes.equals(Buffer.concat([little, much]))]).toEqual(['complete', true]);
  });

  it('continues after the FIN of the server', async () => {
    await using connection = await upgraded(little);
    const { server, stream, up } = connection;
    const got = received(stream);
    server.socket.end();
    expect((await got).end).toBe('complete');
    for (let at = 0; at < much.length; at += 40_000) {
      stream.write(much.subarray(at, at + 40_000));
      await until(() => up.bytes.length === at + 40_000);
    }
    stream.end();
    await once(stream, 'close');
    await until(() => up.end !== 'open');
    expect([up.end, up.bytes.equals(much)]).toEqual(['fin', true]);
  });

  it.each(Object.keys(departures))('broken off by %s is a reset at the server, never a FIN', async (how) => {
    for (const sent of [0, little.length]) {
      await using connection = await upgraded(Buffer.alloc(0));
      const { agent, stream, up } = connection;
      if (sent > 0) stream.write(little);
      await until(() => up.bytes.length === sent);
      departures[how]!(stream, agent);
      await until(() => up.end !== 'open');
      expect(up.end).toBe('reset');
    }
  });
});

describe('an upgrade without a response', () => {
  it.each(['FIN', 'reset'])('because of a %s becomes a Status', async (how) => {
    for (const said of ['', 'HTTP/1.1 101 Switch']) {
      await using api = await rawApiserver(certificate, (_head, socket) => {
        socket.write(said, () => (how === 'FIN' ? socket.end() : api.breakOff()));
      });
      await using agent = await servingAgent(api.endpoint);
      const { response, stream } = agent.request(exec);
      expect((await response).status).toBe(502);
      expect(JSON.parse((await received(stream)).bytes.toString())).toMatchObject({ kind: 'Status', code: 502 });
    }
  });

  it('because the client left closes the connection', async () => {
    await using api = await rawApiserver(certificate, () => {});
    await using agent = await servingAgent(api.endpoint);
    const { stream } = agent.request(exec);
    const { socket } = await api.nextRequest();
    const closed = new Promise<void>((resolve) => socket.resume().once('close', () => resolve()));
    socket.on('end', () => socket.destroy());
    stream.reset('cancelled', '');
    await closed;
  });
});
