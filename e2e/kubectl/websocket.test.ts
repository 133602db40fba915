import { randomBytes } from 'node:crypto';
import { afterEach, describe, expect, inject, it } from 'vitest';
import { admin } from '../harness/admin.ts';
import { apiAccess } from '../harness/api-access.ts';
import { expectOk } from '../harness/kubectl.ts';
import { ApiWebSocket } from '../harness/web-socket.ts';

const access = apiAccess(inject('harness').kubeconfig);
const open: ApiWebSocket[] = [];

async function connect(path: string, protocols?: string[]): Promise<ApiWebSocket> {
  const socket = await ApiWebSocket.open(access, path, protocols);
  open.push(socket);
  return socket;
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((socket) => socket.close()));
});

/** Once with the path of the kubeconfig, once like a client that was given only host and token. */
describe.each([
  ['at the address of the kubeconfig', access.path],
  ['at the host alone', ''],
])('WebSocket client %s', (_name, base) => {
  const log = `${base}/api/v1/namespaces/demo/pods/ticker/log`;

  it.each([
    ['binary.k8s.io', (message: Buffer) => message.toString()],
    ['base64.binary.k8s.io', (message: Buffer) => Buffer.from(message.toString(), 'base64').toString()],
    ['', (message: Buffer) => message.toString()],
  ])('logs -f with the subprotocol %j', async (protocol, decode) => {
    const socket = await connect(`${log}?follow=true&tailLines=1`, protocol === '' ? [] : [protocol]);
    expect(socket.protocol).toBe(protocol);
    const ticksOf = (messages: readonly Buffer[]): number[] =>
      [
        ...messages
          .map(decode)
          .join('')
          .matchAll(/tick (\d+)\n/g),
      ].map((match) => Number(match[1]));
    await socket.until((messages) => ticksOf(messages).length > 3);
    const ticks = ticksOf(socket.messages);
    expect(ticks).toEqual(ticks.map((_, index) => (ticks[0] ?? Number.NaN) + index));
  });

  it('a log that ends closes the connection', async () => {
    const socket = await connect(`${log}?tailLines=3`, ['binary.k8s.io']);
    // The apiserver sometimes closes without a code in its close frame; what matters is that all lines arrived.
    await socket.closed;
    expect(Buffer.concat([...socket.messages]).toString()).toMatch(/^(tick \d+\n){3}$/);
  });

  it('watch: shows creation and deletion, one event per message', async () => {
    const name = `watched-${randomBytes(4).toString('hex')}`;
    const query = `watch=true&fieldSelector=metadata.name%3D${name}`;
    const socket = await connect(`${base}/api/v1/namespaces/demo/configmaps?${query}`);
    await expectOk(admin(), ['create', 'configmap', '-n', 'demo', name]);
    await expectOk(admin(), ['delete', 'configmap', '-n', 'demo', name]);
    const events = await socket.until((messages) => messages.length >= 2 && messages.map(readEvent));
    expect(events).toEqual([
      ['ADDED', name],
      ['DELETED', name],
    ]);
  });

  it('exec: output and exit code', async () => {
    const words = ['sh', '-c', 'echo out; exit 3'].map((word) => `&command=${encodeURIComponent(word)}`).join('');
    const path = `${base}/api/v1/namespaces/demo/pods/shell/exec?container=cat&stdout=true&stderr=true${words}`;
    const socket = await connect(path, ['v5.channel.k8s.io']);
    await socket.closed;
    const channel = (number: number): string =>
      Buffer.concat(
        socket.messages.filter(([first]) => first === number).map((message) => message.subarray(1)),
      ).toString();
    expect(channel(1)).toBe('out\n');
    expect(JSON.parse(channel(3))).toMatchObject({ status: 'Failure', reason: 'NonZeroExitCode' });
  });
});

function readEvent(message: Buffer): [type: string, name: string] {
  const { type, object } = JSON.parse(message.toString()) as { type: string; object: { metadata: { name: string } } };
  return [type, object.metadata.name];
}
