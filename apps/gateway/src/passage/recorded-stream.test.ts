import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { AttachedTerminal } from '@postern/contracts';
import { until, useLeakCheck } from '@postern/testkit';
import { io } from 'socket.io-client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CountingRecorder, type Seen } from '../test/counting-recorder.ts';
import { FakeExec } from '../test/fake-exec.ts';
import { acme, type KubeHarness, kubePath, startKubeHarness } from '../test/kube-harness.ts';

useLeakCheck();

let harness: KubeHarness;
let recorder: CountingRecorder;
beforeEach(async () => {
  recorder = new CountingRecorder();
  harness = await startKubeHarness({ recorder });
});
afterEach(() => harness.close());

const text = (parts: Buffer[]): string => Buffer.concat(parts).toString('latin1');

function onlySeen(): Seen {
  const [seen, ...others] = recorder.seen;
  if (seen === undefined || others.length > 0) throw new Error(`${recorder.seen.length} sessions were seen`);
  return seen;
}

async function exec(path: string, answer: { status: number; said: string }): Promise<string> {
  harness.onRequest = ({ respond, stream }) => {
    respond({ status: answer.status, headers: [['upgrade', 'SPDY/3.1']] });
    stream.on('data', () => {});
    stream.once('end', () => stream.end(answer.said));
  };
  const socket = await harness.connect();
  const parts: Buffer[] = [];
  socket.on('data', (part: Buffer) => parts.push(part));
  socket.write(
    `POST ${kubePath}${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ada\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n\r\n`,
  );
  if (answer.status === 101) await until(() => text(parts).includes('\r\n\r\n'));
  socket.end('typed');
  await once(socket, 'close');
  return text(parts);
}

describe('a recorder sees every byte', () => {
  it('of an exec by kubectl', async () => {
    const got = await exec('/api/v1/namespaces/shop/pods/web-0/exec?command=sh', { status: 101, said: 'said' });
    expect(got).toMatch(/\r\n\r\nsaid$/);
    const { session, up, down } = onlySeen();
    expect({ up: text(up), down: text(down) }).toEqual({ up: 'typed', down: 'said' });
    expect(session).toMatchObject({
      id: '0190cccc-0000-7000-8000-000000000000',
      kind: 'exec',
      pod: 'web-0',
      organizationId: acme,
    });
    expect(session.protocol).toBe('SPDY/3.1');
    await until(() => harness.sessions.sessions[0]?.end !== undefined);
    expect(harness.sessions.sessions[0]?.end).toMatchObject({ bytesUp: 5, bytesDown: 4 });
  });

  it('of a terminal in the browser', async () => {
    harness.signIn('eve', 'browser');
    const opened = new Promise<FakeExec>((resolve) => {
      harness.onRequest = (request) => resolve(new FakeExec(request));
    });
    const client = io(`https://127.0.0.1:${harness.port}`, {
      transports: ['websocket'],
      reconnection: false,
      forceNew: true,
      extraHeaders: { cookie: 'session=eve', origin: harness.origin },
      ca: harness.cert,
    } as never);
    const place = { organization: 'acme', cluster: 'prod', namespace: 'shop', pod: 'web-0', columns: 80, rows: 24 };
    const answer = new Promise<AttachedTerminal>((resolve) =>
      client.emit('terminal:open', { ...place, container: 'app', viewer: randomUUID() }, resolve),
    );
    const shell = await opened;
    shell.onInput = () => shell.output('hello from the shell');
    const { terminal } = await answer;
    const output = new Promise((resolve) => client.once('terminal:output', resolve));
    client.emit('terminal:input', { terminal: terminal.id, from: 0, data: Buffer.from('ls') });
    await output;
    const { session, up, down } = onlySeen();
    expect(session).toMatchObject({ kind: 'terminal', container: 'app', protocol: 'websocket' });
    expect(text(down)).toContain('hello from the shell');
    expect(Buffer.concat(up).byteLength).toBeGreaterThan(0);
    client.emit('terminal:close', { organization: 'acme', terminal: terminal.id });
    await until(() => shell.closed && harness.sessions.sessions[0]?.end !== undefined);
    client.disconnect();
  });

  it('but not of a refused exec, or of a read over WebSocket', async () => {
    const refused = await exec('/api/v1/namespaces/shop/pods/web-0/exec?command=sh', { status: 403, said: 'because' });
    // Although this cluster finishes its response only after the end of the request.
    expect(refused).toMatch(/^HTTP\/1\.1 403 .*\r\n\r\nbecause$/s);
    await exec('/api/v1/namespaces/shop/pods/web-0/log?follow=1', { status: 101, said: 'a line' });
    expect(recorder.seen).toEqual([]);
  });
});
