import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import { connect as connectHttp2 } from 'node:http2';
import { type Agent, createServer as createTlsServer, request } from 'node:https';
import { createServer as createTcpServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { connect as connectTls } from 'node:tls';
import { freePort, type TestCertificate, testCertificate, until } from '@postern/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkout } from '../programs.ts';
import { isForGateway, openFront } from './front.ts';

let certificate: TestCertificate;
let folder: string;
let ports: { port: number; gatewayPort: number; dashboardPort: number };
let front: { stop(): Promise<void> };
let servers: Server[];

beforeEach(async () => {
  certificate = await testCertificate();
  folder = await mkdtemp(join(tmpdir(), 'postern-front-'));
  servers = [];
  const files = { caFile: join(folder, 'ca'), certFile: join(folder, 'crt'), keyFile: join(folder, 'key') };
  await Promise.all([
    writeFile(files.caFile, certificate.cert),
    writeFile(files.certFile, certificate.cert),
    writeFile(files.keyFile, certificate.key),
  ]);
  ports = { port: await freePort(), gatewayPort: await freePort(), dashboardPort: await freePort() };
  front = await openFront({ listen: '127.0.0.1', certificates: files, ...ports });
});
afterEach(async () => {
  await front.stop();
  for (const server of servers) server.close().closeAllConnections();
  await rm(folder, { recursive: true });
});

async function serve(who: 'gateway' | 'dashboard', listener: RequestListener): Promise<Server> {
  const server = who === 'gateway' ? createTlsServer(certificate, listener) : createServer(listener);
  servers.push(server);
  server.listen(who === 'gateway' ? ports.gatewayPort : ports.dashboardPort, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

const named =
  (name: string): RequestListener =>
  async (asked, answer) => {
    const body = await text(asked);
    answer.writeHead(207, { 'x-who': name }).end(`${name} ${asked.method} ${asked.url} ${asked.headers.host} ${body}`);
  };

async function overHttp1(path: string, options: { body?: string; agent?: Agent } = {}): Promise<string> {
  const { body } = options;
  const sent = request({
    host: 'localhost',
    port: ports.port,
    path,
    ca: certificate.cert,
    agent: false,
    method: body ? 'POST' : 'GET',
  });
  sent.end(body);
  const [answer] = await once(sent, 'response');
  return `${answer.statusCode} ${answer.headers['x-who']} ${await text(answer)}`;
}

async function overHttp2(path: string, body?: string): Promise<string> {
  const session = connectHttp2(`https://localhost:${ports.port}`, { ca: certificate.cert });
  const stream = session.request({ ':path': path, ':method': body ? 'POST' : 'GET' });
  stream.end(body);
  const [headers] = await once(stream, 'response');
  const answer = `${headers[':status']} ${headers['x-who']} ${await text(stream)}`;
  session.close();
  return answer;
}

describe.each([
  ['HTTP/1.1', (path: string, body?: string) => overHttp1(path, body === undefined ? {} : { body })],
  ['HTTP/2', overHttp2],
])('over %s', (_, ask) => {
  it('forwards each request to its target, with its body and Host', async () => {
    await Promise.all([serve('gateway', named('gateway')), serve('dashboard', named('dashboard'))]);
    const host = `localhost:${ports.port}`;
    expect(await ask('/api/v1/x?y=1', '{"z":2}')).toBe(`207 gateway gateway POST /api/v1/x?y=1 ${host} {"z":2}`);
    expect(await ask('/_next/static/a.js')).toBe(`207 dashboard dashboard GET /_next/static/a.js ${host} `);
  });

  it('waits for a gateway that restarts', async () => {
    // Has the port but serves nothing: attempts to connect fail until it is replaced.
    const starting = createTcpServer((socket) => socket.destroy()).listen(ports.gatewayPort, '127.0.0.1');
    await once(starting, 'listening');
    const asked = ask('/healthz');
    await once(starting, 'connection');
    starting.close();
    await once(starting, 'close');
    await serve('gateway', named('gateway'));
    expect(await asked).toContain('gateway GET /healthz');
  });

  it('does not let a truncated response look complete', async () => {
    await serve('dashboard', (_asked, answer) => {
      answer.writeHead(200, { 'content-length': '100' }).write('half', () => answer.destroy());
    });
    await expect(ask('/')).rejects.toThrow();
  });
});

it('joins the two connections of an upgrade', async () => {
  const dashboard = await serve('dashboard', named('dashboard'));
  dashboard.on('upgrade', (asked, socket: Socket, head: Buffer) => {
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n${asked.url} ${head}`,
    );
    socket.pipe(socket);
  });
  const socket = connectTls({ port: ports.port, host: 'localhost', ca: certificate.cert, ALPNProtocols: ['http/1.1'] });
  socket.write('GET /_next/hmr HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nearly and late');
  let got = '';
  socket.setEncoding('utf8').on('data', (part: string) => {
    got += part;
  });
  await until(() => got.endsWith('early and late'));
  expect(got).toMatch(/^HTTP\/1\.1 101 .*\/_next\/hmr /s);
  socket.write(' again');
  await until(() => got.endsWith(' again'));
  socket.destroy();
});

it('stops waiting for the gateway when it is stopped', { timeout: 5_000 }, async () => {
  const starting = createTcpServer((socket) => socket.destroy()).listen(ports.gatewayPort, '127.0.0.1');
  const asked = overHttp1('/healthz').catch(() => 'cut off');
  await once(starting, 'connection');
  starting.close();
  await front.stop();
  expect(await asked).toBe('cut off');
  front = { stop: async () => {} };
});

it('agrees with the gateway about its paths', async () => {
  const { ownerOf } = await import(`${checkout}apps/gateway/src/edge/routes.ts`);
  const paths = ['/', '/api', '/api/', '/api/v1/meta', '/api?x', '/apis', '/k8s', '/k8s/', '/k8s/a/b/api', '/k8s?x'];
  paths.push(
    '/k8sx',
    '/tunnel',
    '/tunnel?x',
    '/tunnels',
    '/socket.io/',
    '/socket.io/?EIO=4',
    '/socket.iox',
    '/socketxio/',
  );
  paths.push('/healthz', '/healthz?x', '/healthzx', '/readyz', '/install.yaml', '/install.yaml?token', '/installxyaml');
  paths.push('/sign-in', '/acme/clusters/prod', '/_next/hmr', '/_next/static/api/x.js', '/acme?next=/api/v1');
  const differing = paths.filter((url) => isForGateway({ url, headers: {} }) !== (ownerOf(url) !== 'dashboard'));
  expect(differing).toEqual([]);
  // With a credential, every path may belong to a cluster.
  expect(isForGateway({ url: '/version', headers: { authorization: 'Bearer x' } })).toBe(true);
});
