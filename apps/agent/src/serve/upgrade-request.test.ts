import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { TLSSocket } from 'node:tls';
import { selfSigned, type TestCertificate, until, useLeakCheck } from '@postern/testkit';
import { beforeAll, describe, expect, it } from 'vitest';
import { rawApiserver } from '../test/apiserver.ts';
import { alice, bytesOf, servingAgent, sha256, textOf } from '../test/serving.ts';

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
    ['x-stream-protocol-version', 'v4.channel.k8s.io'],
    ['x-stream-protocol-version', 'v3.channel.k8s.io'],
  ] as [string, string][],
};
const switching = (protocol = 'SPDY/3.1') =>
  `HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: ${protocol}\r\n\r\n`;

describe('an upgrade', () => {
  it('sends exactly the expected headers', async () => {
    await using api = await rawApiserver(certificate, (_head, socket) => socket.end(switching()));
    await using agent = await servingAgent(api.endpoint);
    const { response, stream } = agent.request(exec);
    expect((await response).status).toBe(101);
    stream.end();
    await textOf(stream);
    expect(api.requests[0]!.head.trimEnd().split('\r\n')).toEqual([
      'POST /api/v1/namespaces/demo/pods/web-1/exec?command=sh&stdin=true HTTP/1.1',
      `host: ${api.endpoint.server.host}`,
      'connection: Upgrade',
      'upgrade: SPDY/3.1',
      'x-stream-protocol-version: v4.channel.k8s.io',
      'x-stream-protocol-version: v3.channel.k8s.io',
      `impersonate-user: ${alice.user}`,
      'impersonate-group: postern:editor',
      'impersonate-group: postern:viewer',
      'authorization: Bearer agent-credential',
      'content-length: 0',
    ]);
  });

  it('passes every byte unchanged afterwards', async () => {
    const up = randomBytes(5 << 20);
    const down = randomBytes(5 << 20);
    const received = Promise.withResolvers<string>();
    await using api = await rawApiserver(certificate, (_head, socket) => {
      // The first bytes come in one piece with the 101.
      socket.write(Buffer.concat([Buffer.from(switching()), down.subarray(0, 1000)]));
      socket.end(down.subarray(1000));
      bytesOf(socket).then((bytes) => received.resolve(sha256(bytes)), received.reject);
    });
    await using agent = await servingAgent(api.endpoint);
    const { response, stream } = agent.request(exec);
    stream.end(up);
    expect((await response).status).toBe(101);
    expect(sha256(await bytesOf(stream))).toBe(sha256(down));
    expect(await received.promise).toBe(sha256(up));
  });

  it('keeps a half-close: the server answers after the client has ended', async () => {
    await using api = await rawApiserver(certificate, (_head, socket) => {
      socket.write(switching());
      socket.on('data', () => {});
      socket.on('end', () => socket.end('after the end'));
    });
    await using agent = await servingAgent(api.endpoint);
    const { response, stream } = agent.request(exec);
    await response;
    stream.end('stdin');
    expect(await textOf(stream)).toBe('after the end');
  });

  it('keeps a half-close of the server: the client goes on sending', async () => {
    const received = Promise.withResolvers<string>();
    await using api = await rawApiserver(certificate, (_head, socket) => {
      socket.end(switching());
      textOf(socket).then(received.resolve, received.reject);
    });
    await using agent = await servingAgent(api.endpoint);
    const { response, stream } = agent.request(exec);
    await response;
    stream.resume();
    await once(stream, 'end');
    stream.end('still here');
    expect(await received.promise).toBe('still here');
  });

  it('uses connections opened in advance, each once', async () => {
    await using api = await rawApiserver(certificate, (_head, socket) => socket.end(switching()));
    await using agent = await servingAgent(api.endpoint);
    agent.upstream.warmUp();
    await until(() => agent.upstream.connections.warm >= 2);
    for (let round = 0; round < 4; round++) {
      const { response, stream } = agent.request(exec);
      await response;
      stream.end();
      await textOf(stream);
    }
    expect(new Set(api.requests.map(({ connection }) => connection)).size).toBe(4);
    // The first request used a connection that was opened in advance.
    expect(api.requests[0]!.connection).toBeLessThanOrEqual(2);
  });

  it('replaces connections that the server closed while idle', async () => {
    await using api = await rawApiserver(certificate, (_head, socket) => socket.end(switching()));
    await using agent = await servingAgent(api.endpoint);
    agent.upstream.warmUp();
    await until(() => agent.upstream.connections.warm >= 2 && api.open.size >= 2);
    for (const socket of [...api.open]) (socket as TLSSocket).end();
    await until(() => api.connections >= 4 && agent.upstream.connections.warm >= 2);
    const { response, stream } = agent.request(exec);
    expect((await response).status).toBe(101);
    stream.end();
    await textOf(stream);
    expect(api.requests[0]!.connection).toBeGreaterThan(2);
  });

  it('breaks off both ways when the server breaks off, and when the client leaves', async () => {
    const sockets: TLSSocket[] = [];
    await using api = await rawApiserver(certificate, (_head, socket) => {
      sockets.push(socket);
      socket.write(switching());
      socket.resume();
    });
    await using agent = await servingAgent(api.endpoint);
    const first = agent.request(exec);
    await first.response;
    api.breakOff();
    await expect(textOf(first.stream)).rejects.toMatchObject({ code: 'upstream-failed' });
    const second = agent.request(exec);
    await second.response;
    // A FIN would mean that the client has sent everything.
    const broken = once(sockets[1]!, 'error');
    second.stream.reset('cancelled', '');
    expect((await broken)[0]).toMatchObject({ code: 'ECONNRESET' });
  });
});

describe('an upgrade that is refused', () => {
  it('closes the connection: what the client sends next is dropped', async () => {
    const after: string[] = [];
    await using api = await rawApiserver(certificate, (_head, socket) => {
      socket.write('HTTP/1.1 403 Forbidden\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}');
      socket.on('data', (chunk) => after.push(chunk.toString()));
    });
    await using agent = await servingAgent(api.endpoint);
    const { response, stream } = agent.request(exec);
    stream.write('GET /api/v1/secrets HTTP/1.1\r\nhost: x\r\n\r\n');
    expect((await response).status).toBe(403);
    const closed = once(api.requests[0]!.socket, 'end');
    stream.write('GET /api/v1/secrets HTTP/1.1\r\nhost: x\r\n\r\n');
    expect(await textOf(stream)).toBe('{}');
    await closed;
    expect(after).toEqual([]);
    expect(api.requests).toHaveLength(1);
  });

  it.each(['websocket', 'h2c'])('includes one to a protocol that was not requested (%s)', async (protocol) => {
    await using api = await rawApiserver(certificate, (_head, socket) => socket.write(switching(protocol)));
    await using agent = await servingAgent(api.endpoint);
    const { response, stream } = agent.request(exec);
    const closed = api.nextRequest().then(({ socket }) => once(socket.resume(), 'end'));
    expect((await response).status).toBe(502);
    await textOf(stream);
    await closed;
  });

  it('becomes a Status if the server breaks off before it responds', async () => {
    await using api = await rawApiserver(certificate, (_head, socket) => socket.destroy());
    await using agent = await servingAgent(api.endpoint);
    const { response, stream } = agent.request(exec);
    expect((await response).status).toBe(502);
    expect(JSON.parse(await textOf(stream))).toMatchObject({ kind: 'Status', code: 502 });
  });
});
