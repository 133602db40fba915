import type { TLSSocket } from 'node:tls';
import { until, useLeakCheck } from '@postern/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ClusterRequest, type KubeHarness, kubePath, readAll, startKubeHarness } from '../test/kube-harness.ts';

// The apiserver also serves watches and pod logs over WebSocket, which is how browsers follow them.

useLeakCheck();

let harness: KubeHarness;
beforeEach(async () => {
  harness = await startKubeHarness();
});
afterEach(() => harness.close());

const websocket =
  'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n';
const watch = `${kubePath}/api/v1/namespaces/a/pods?watch=true`;
const log = `${kubePath}/api/v1/namespaces/a/pods/p/log?follow=true`;

function ask(path: string, lines: string, credential = 'Authorization: Bearer ada', method = 'GET'): string {
  return `${method} ${path} HTTP/1.1\r\nHost: x\r\n${credential}\r\n${websocket}${lines}\r\n`;
}

let streams: ClusterRequest[];
beforeEach(() => {
  streams = [];
  harness.onRequest = (request) => {
    streams.push(request);
    const offered = request.head.headers.find(([name]) => name === 'sec-websocket-protocol')?.[1];
    const chosen = offered?.split(',')[0]?.trim();
    request.respond({
      status: 101,
      headers: [
        ['connection', 'Upgrade'],
        ['upgrade', 'websocket'],
        ['sec-websocket-accept', 'x'],
        ...(chosen === undefined ? [] : [['sec-websocket-protocol', chosen] as [string, string]]),
      ],
    });
    request.stream.write('frames');
    // As an apiserver does when its client hangs up.
    request.stream.resume().once('end', () => request.stream.end());
  };
});

async function connect(text: string): Promise<{ socket: TLSSocket; first: string }> {
  const socket = await harness.connect();
  let first = '';
  socket.on('data', (part: Buffer) => {
    first += part.toString('latin1');
  });
  socket.write(text);
  await until(() => first.endsWith('frames') || socket.readableEnded || first.includes('"kind"'));
  return { socket, first };
}

describe.each([
  ['a watch', watch, 'watch'],
  ['a watch by path', `${kubePath}/api/v1/watch/namespaces/a/pods`, 'watch'],
  [
    'a watch of one object',
    `${kubePath}/apis/apps/v1/namespaces/a/deployments?watch=1&fieldSelector=metadata.name%3Dx`,
    'watch',
  ],
  ['the log of a pod', log, 'log'],
] as const)('%s over WebSocket', (_, path, kind) => {
  it.each([
    ['binary.k8s.io', 'Sec-WebSocket-Protocol: binary.k8s.io\r\n'],
    ['base64.binary.k8s.io', 'Sec-WebSocket-Protocol: base64.binary.k8s.io, binary.k8s.io\r\n'],
    [undefined, ''],
  ])(
    'with the subprotocol %s becomes a stream, is metered by its kind, and is not recorded as a session',
    async (protocol, lines) => {
      const { socket, first } = await connect(ask(path, `Origin: https://tool.example\r\n${lines}`));
      expect(first).toMatch(/^HTTP\/1\.1 101 /);
      expect(/sec-websocket-protocol: (\S+)/.exec(first)?.[1]).toBe(protocol);
      expect(harness.seen[0]).toMatchObject({ kind: 'upgrade', method: 'GET', path: path.slice(kubePath.length) });
      // The apiserver refuses a watch without an Origin.
      expect(harness.seen[0]?.headers).toContainEqual(['origin', 'https://tool.example']);
      expect(await harness.metrics.registry.getSingleMetricAsString('postern_streams_active')).toContain(
        `{kind="${kind}"} 1`,
      );
      socket.end();
      await until(() => streams[0]?.stream.destroyed === true);
      expect(harness.sessions.sessions).toEqual([]);
    },
  );

  it('may be opened by a viewer, subject to the cluster’s own RBAC', async () => {
    harness.bindings.level = 'viewer';
    const { first } = await connect(ask(path, ''));
    expect(first).toMatch(/^HTTP\/1\.1 101 /);
    expect(harness.seen[0]?.identity.groups).toEqual(['postern:viewer']);
  });

  it('ends when the credential is revoked', async () => {
    const { socket } = await connect(ask(path, ''));
    harness.authenticator.principals.delete('ada');
    await until(() => streams[0]?.stream.destroyed === true && socket.readableEnded);
  });

  it.each([
    ['https://evil.example', 'cross-site'],
    ['null', 'cross-site'],
    ['https://localhost:1.evil.example', 'cross-site'],
  ])('with a cookie, from %s, is refused', async (origin, site) => {
    harness.signIn('eve', 'browser');
    const socket = await harness.connect();
    socket.write(ask(path, `Origin: ${origin}\r\nSec-Fetch-Site: ${site}\r\n`, 'Cookie: session=eve'));
    expect(await readAll(socket)).toMatch(/^HTTP\/1\.1 403 /);
    expect(harness.seen).toEqual([]);
  });

  it('with a cookie is refused without an Origin, and opened from our own pages', async () => {
    harness.signIn('eve', 'browser');
    const socket = await harness.connect();
    socket.write(ask(path, '', 'Cookie: session=eve'));
    expect(await readAll(socket)).toMatch(/^HTTP\/1\.1 403 /);
    const { first } = await connect(ask(path, `Origin: ${harness.origin}\r\n`, 'Cookie: session=eve'));
    expect(first).toMatch(/^HTTP\/1\.1 101 /);
  });

  it('without a credential is 401', async () => {
    const socket = await harness.connect();
    socket.write(ask(path, '', 'X-Nothing: 1'));
    expect(await readAll(socket)).toMatch(/^HTTP\/1\.1 401 /);
  });

  it.each(['POST', 'PUT', 'DELETE', 'HEAD'])('by %s is refused', async (method) => {
    const socket = await harness.connect();
    socket.write(ask(path, '', undefined, method));
    expect(await readAll(socket)).toMatch(/^HTTP\/1\.1 40[05] /);
    expect(harness.seen).toEqual([]);
  });

  it('that the cluster answers without switching protocols is 502', async () => {
    harness.onRequest = ({ respond, stream }) => {
      respond({ status: 200, headers: [] });
      stream.write('{"type":"ADDED"}');
    };
    const socket = await harness.connect();
    socket.write(ask(path, ''));
    expect(await readAll(socket)).toMatch(/^HTTP\/1\.1 502 /);
  });
});

it('a bearer token in a subprotocol is not forwarded', async () => {
  const token = 'base64url.bearer.authorization.k8s.io.Y2FuYXJ5';
  await connect(ask(watch, `Sec-WebSocket-Protocol: ${token}, binary.k8s.io\r\nSec-WebSocket-Protocol: ${token}\r\n`));
  expect(harness.seen[0]?.headers.filter(([name]) => name === 'sec-websocket-protocol')).toEqual([
    ['sec-websocket-protocol', 'binary.k8s.io'],
  ]);
});
