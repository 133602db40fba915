import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type {
  AttachedTerminal,
  ClientToServerEvents,
  ServerToClientEvents,
  SocketError,
  TerminalEnded,
} from '@postern/contracts';
import { atRest, until, useLeakCheck } from '@postern/testkit';
import { io, type Socket } from 'socket.io-client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Limits } from '../limits/limits.ts';
import { defaultLimits, type LimitSettings } from '../limits/settings.ts';
import type { TerminalSettings } from '../terminals/held/held-terminals.ts';
import { FakeExec, podJson } from '../test/fake-exec.ts';
import { acme, clusterId, type KubeHarness, readAll, startKubeHarness } from '../test/kube-harness.ts';

type Client = Socket<ServerToClientEvents, ClientToServerEvents>;

useLeakCheck();

let harness: KubeHarness;
let clients: Client[];
let execs: FakeExec[];
let pod: { status: number; body: string };

/** A gateway whose agent opens shells. */
async function start(limits: Partial<LimitSettings> = {}, terminals: Partial<TerminalSettings> = {}): Promise<void> {
  // Their clock stands still, so that what is refused does not depend on how fast this machine is.
  harness = await startKubeHarness({
    limits: new Limits({ ...defaultLimits, ...limits }, () => 0),
    terminals: { graceMs: 600_000, most: 400, ...terminals },
  });
  harness.signIn('eve', 'browser');
  clients = [];
  execs = [];
  pod = { status: 200, body: podJson() };
  harness.onRequest = (request) => {
    if (request.head.kind === 'upgrade') {
      execs.push(new FakeExec(request));
      return;
    }
    request.respond({ status: pod.status, headers: [['content-type', 'application/json']] });
    request.stream.resume();
    request.stream.end(pod.body);
  };
}

beforeEach(() => start());
afterEach(async () => {
  for (const client of clients) client.disconnect();
  await harness.close();
});

function dial(headers: Record<string, string>): Client {
  const client: Client = io(`https://127.0.0.1:${harness.port}`, {
    transports: ['websocket'],
    reconnection: false,
    forceNew: true,
    extraHeaders: headers,
    ca: harness.cert,
  } as never);
  clients.push(client);
  return client;
}

async function connect(token = 'eve'): Promise<Client> {
  const client = dial({ cookie: `session=${token}`, origin: harness.origin });
  await new Promise<void>((resolve, reject) => {
    client.once('connect', resolve);
    client.once('connect_error', reject);
  });
  return client;
}

const place = { organization: 'acme', cluster: 'prod', namespace: 'shop', pod: 'web-0', columns: 101, rows: 31 };

function ask(client: Client, more: object = {}): Promise<AttachedTerminal | SocketError> {
  const request = { ...place, viewer: randomUUID(), ...more };
  return new Promise((resolve) => client.emit('terminal:open', request, resolve));
}

async function open(client: Client, more: object = {}): Promise<{ id: string; exec: FakeExec }> {
  const opened = await ask(client, more);
  if ('error' in opened) throw new Error(opened.error.message);
  const exec = execs.at(-1);
  if (exec === undefined) throw new Error('no exec');
  return { id: opened.terminal.id, exec };
}

/** Types into a terminal. @returns how many bytes of it have arrived. */
function type(client: Client, terminal: string, text: string, from = 0): Promise<{ received: number } | SocketError> {
  return new Promise((resolve) =>
    client.emit('terminal:input', { terminal, from, data: Buffer.from(text) }, resolve as never),
  );
}

/** Waits until a count has started to grow and then stopped. */
async function untilAtRest(count: () => number): Promise<void> {
  await until(() => count() > 0);
  await atRest(count);
}

const ended = (client: Client): Promise<TerminalEnded> =>
  new Promise((resolve) => client.once('terminal:ended', resolve));

describe('the handshake', () => {
  it.each([
    ['another origin', { cookie: 'session=eve', origin: 'https://evil.example' }],
    ['an origin that only starts like ours', { cookie: 'session=eve', origin: 'https://localhost:1.evil.example' }],
    ['the origin null', { cookie: 'session=eve', origin: 'null' }],
    ['no cookie', { origin: 'https://localhost:1' }],
    ['an unknown cookie', { cookie: 'session=nobody', origin: 'https://localhost:1' }],
  ])('refuses %s', async (_, headers) => {
    const client = dial(headers);
    await new Promise((resolve) => client.once('connect_error', resolve));
    expect(client.connected).toBe(false);
  });

  it('refuses a request without an Origin', async () => {
    const socket = await harness.connect();
    socket.write(
      'GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\nCookie: session=eve\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
    );
    expect(await readAll(socket)).toMatch(/^HTTP\/1\.1 403 /);
  });

  it('opens a connection that ends within seconds of its session', async () => {
    const client = await connect();
    const notified = new Promise((resolve) => client.once('session:ended', resolve));
    const gone = new Promise((resolve) => client.once('disconnect', resolve));
    harness.authenticator.principals.delete('eve');
    expect(await notified).toMatchObject({ message: expect.stringContaining('Sign in') });
    await gone;
  });
});

describe('clusters', () => {
  const watch = (client: Client, organization: unknown): Promise<object> =>
    new Promise((resolve) => client.emit('clusters:watch', { organization } as never, resolve));

  it('are listed for members, who are notified of changes', async () => {
    const client = await connect();
    expect(await watch(client, 'acme')).toMatchObject({ items: [{ id: clusterId, name: 'prod' }] });
    const changed = new Promise((resolve) => client.once('cluster:changed', resolve));
    harness.directory.changes.emit('changed', { organizationId: acme, clusterId });
    expect(await changed).toEqual({ id: clusterId });
    const deleted = new Promise((resolve) => client.once('cluster:deleted', resolve));
    harness.directory.changes.emit('deleted', { organizationId: acme, clusterId });
    expect(await deleted).toEqual({ id: clusterId, organizationId: acme });
  });

  it('of others are not found, and their changes are not sent', async () => {
    harness.signIn('mallory', 'browser', 'other-id');
    const client = await connect('mallory');
    expect(await watch(client, 'acme')).toMatchObject({ error: { code: 'not-found' } });
    expect(await watch(client, 'nothing')).toMatchObject({ error: { code: 'not-found' } });
    const heard: unknown[] = [];
    client.on('cluster:changed', (cluster) => heard.push(cluster));
    const own = await connect();
    await watch(own, 'acme');
    const changed = new Promise((resolve) => own.once('cluster:changed', resolve));
    harness.directory.changes.emit('changed', { organizationId: acme, clusterId });
    await changed;
    await new Promise<void>((resolve) => client.emit('terminal:ping', resolve));
    expect(heard).toEqual([]);
  });

  it.each([undefined, null, 7, {}, ['acme'], 'UPPER', 'a'.repeat(100)])(
    '%j is not an organization',
    async (organization) => {
      expect(await watch(await connect(), organization)).toMatchObject({ error: { code: 'invalid-request' } });
    },
  );
});

describe('a terminal', () => {
  it('passes input and output, resizes, and ends with the exit code', async () => {
    const client = await connect();
    const { id, exec } = await open(client);
    const shown: string[] = [];
    client.on('terminal:output', ({ data }) => shown.push(Buffer.from(data).toString()));
    exec.onInput = (text) => void exec.output(`<${text}>`);
    void type(client, id, 'ls\r');
    await until(() => shown.join('') === '<ls\r>');
    client.emit('terminal:resize', { terminal: id, columns: 80, rows: 24 });
    await until(() => exec.sizes.length === 2);
    expect(exec.sizes).toEqual(['{"Width":101,"Height":31}', '{"Width":80,"Height":24}']);
    const end = ended(client);
    exec.finish({
      status: 'Failure',
      reason: 'NonZeroExitCode',
      details: { causes: [{ reason: 'ExitCode', message: '3' }] },
    });
    expect(await end).toMatchObject({ terminal: id, code: 'exited', exitCode: 3 });
    expect(harness.sessions.sessions).toMatchObject([
      { kind: 'terminal', namespace: 'shop', pod: 'web-0', container: 'app', end: { bytesUp: 3, bytesDown: 5 } },
    ]);
  });

  it('execs as the person, in the container that kubectl would choose, bash or else sh', async () => {
    await open(await connect());
    const { path = '', identity } = harness.seen.at(-1) ?? {};
    expect(identity).toEqual({ user: 'postern:eve@example.com', groups: ['postern:admin'] });
    const url = new URL(path, 'https://x');
    expect(url.pathname).toBe('/api/v1/namespaces/shop/pods/web-0/exec');
    expect(url.searchParams.get('container')).toBe('app');
    expect(url.searchParams.get('tty')).toBe('true');
    expect(url.searchParams.getAll('command')).toEqual(['sh', '-c', expect.stringContaining('exec bash || exec sh')]);
  });

  it('opens in a given container with a given shell', async () => {
    const opened = await ask(await connect(), { container: 'sidecar', shell: 'sh' });
    expect(opened).toMatchObject({ terminal: { container: 'sidecar', shell: 'sh' } });
    expect(harness.seen).toHaveLength(1);
    expect(harness.seen[0]?.path).toContain('container=sidecar');
  });

  it('holds the cluster back until the browser has drawn, while input still gets through', async () => {
    const client = await connect();
    const { id, exec } = await open(client);
    let received = 0;
    client.on('terminal:output', ({ data }) => {
      received += data.byteLength;
    });
    const line = Buffer.alloc(4_096, 'y\n');
    let written = 0;
    let isStopped = false;
    const yes = (): void => {
      while (!isStopped) {
        written += line.byteLength;
        if (!exec.output(line)) {
          exec.request.stream.once('drain', yes);
          return;
        }
      }
    };
    exec.onInput = (text) => {
      if (text === '\u0003') isStopped = true;
    };
    yes();
    await untilAtRest(() => received);
    // Nothing was acknowledged: what arrived is bounded, and so is what waits in the tunnel.
    expect(received).toBeLessThanOrEqual(128 * 1024);
    expect(written - received).toBeLessThan(2 * 1024 * 1024);
    void type(client, id, '\u0003');
    await until(() => isStopped);
    // Once everything is acknowledged, the rest arrives, but for what was left out because of the interrupt.
    let position = received;
    client.on('terminal:reset', (reset) => {
      position = reset.position;
    });
    client.on('terminal:output', (output) => {
      position = output.position + output.data.byteLength;
      client.emit('terminal:ack', { terminal: id, position });
    });
    client.emit('terminal:ack', { terminal: id, position });
    await until(() => position === written);
  });

  it('ignores an acknowledgement of more than was sent', async () => {
    const client = await connect();
    const { id, exec } = await open(client);
    let received = 0;
    client.on('terminal:output', ({ data }) => {
      received += data.byteLength;
    });
    client.emit('terminal:ack', { terminal: id, position: 1_000_000_000 });
    const yes = (): void => {
      while (exec.output(Buffer.alloc(8_192, 'y')));
      exec.request.stream.once('drain', yes);
    };
    yes();
    await untilAtRest(() => received);
    expect(received).toBeLessThanOrEqual(128 * 1024);
  });

  it.each([
    [{ status: 'Success' }, 'exited'],
    [
      { status: 'Failure', reason: 'InternalError', message: 'exec: "sh": executable file not found in $PATH' },
      'no-shell',
    ],
    [{ status: 'Failure', reason: 'InternalError', message: 'container not found ("app")' }, 'pod-gone'],
    [{ status: 'Failure', reason: 'InternalError', message: 'something \u001b]52;c;x\u0007 else' }, 'failed'],
  ])('maps the final status %j', async (status, code) => {
    const client = await connect();
    const { exec } = await open(client);
    const end = ended(client);
    exec.finish(status);
    const { code: got, message } = await end;
    expect(got).toBe(code);
    expect(message).not.toMatch(/\p{C}/u);
  });

  it('reports that its pod is gone', async () => {
    const client = await connect();
    const { exec } = await open(client);
    pod = { status: 404, body: '{"kind":"Status","message":"pods \\"web-0\\" not found"}' };
    const end = ended(client);
    exec.finish({
      status: 'Failure',
      reason: 'NonZeroExitCode',
      details: { causes: [{ reason: 'ExitCode', message: '137' }] },
    });
    expect(await end).toMatchObject({ code: 'pod-gone' });
  });

  it('reports that its agent is offline', async () => {
    const client = await connect();
    await open(client);
    const end = ended(client);
    await harness.dialer.stop();
    expect(await end).toMatchObject({ code: 'agent-offline' });
    expect(await ask(client)).toMatchObject({ error: { code: 'agent-offline' } });
  });

  it.each([101, 403])(
    'is refused with an accurate message when the cluster breaks off its response with status %i',
    async (status) => {
      harness.onRequest = ({ respond, stream }) => {
        respond({ status, headers: [] });
        stream.write('{"kind":"Sta');
        stream.abort('upstream-failed', 'broken off');
      };
      const refused = await ask(await connect(), { container: 'app' });
      expect(refused).toMatchObject({ error: { code: 'failed' } });
      expect(JSON.stringify(refused)).not.toContain('Postern cannot open a terminal right now');
    },
  );

  it("is denied with the cluster's own message when the cluster does not allow it", async () => {
    harness.onRequest = ({ respond, stream }) => {
      respond({ status: 403, headers: [] });
      stream.end('{"kind":"Status","message":"pods \\"web-0\\" is forbidden: no"}');
    };
    const refused = await ask(await connect(), { container: 'app' });
    expect(refused).toMatchObject({ error: { code: 'denied', message: expect.stringContaining('is forbidden: no') } });
    expect(harness.sessions.sessions).toEqual([]);
  });

  it('is refused to viewers, to strangers, and in pods that do not exist', async () => {
    const client = await connect();
    harness.bindings.level = 'viewer';
    expect(await ask(client)).toMatchObject({ error: { code: 'denied' } });
    harness.bindings.level = 'editor';
    expect(await ask(client, { cluster: 'nothing' })).toMatchObject({ error: { code: 'not-found' } });
    expect(await ask(client, { organization: 'other' })).toMatchObject({ error: { code: 'not-found' } });
    expect(await ask(client, { pod: '../secrets' })).toMatchObject({ error: { code: 'not-found' } });
    expect(harness.seen).toEqual([]);
    pod = { status: 404, body: '{"message":"pods \\"web-0\\" not found"}' };
    expect(await ask(client)).toMatchObject({ error: { code: 'not-found', message: 'pods "web-0" not found' } });
  });

  it.each([
    [
      'a wrong Sec-WebSocket-Accept',
      [
        ['upgrade', 'websocket'],
        ['sec-websocket-accept', 'x'],
        ['sec-websocket-protocol', 'v5.channel.k8s.io'],
      ],
    ],
    ['no subprotocol', [['upgrade', 'websocket']]],
    ['no header', []],
  ] as [string, [string, string][]][])('is refused after a handshake with %s', async (_, headers) => {
    harness.onRequest = ({ respond }) => respond({ status: 101, headers });
    expect(await ask(await connect(), { container: 'app' })).toMatchObject({ error: { code: 'failed' } });
  });

  it('belongs to its connection: no other can type into it, acknowledge its output or close it', async () => {
    harness.signIn('mallory', 'browser');
    const own = await connect();
    const { id, exec } = await open(own);
    const other = await connect('mallory');
    void type(other, id, 'rm -rf /\r');
    other.emit('terminal:resize', { terminal: id, columns: 1, rows: 1 });
    other.emit('terminal:ack', { terminal: id, position: 10 });
    await new Promise((resolve) =>
      other.emit('terminal:close', { organization: 'acme', terminal: id }, resolve as never),
    );
    void type(own, id, 'ok');
    await until(() => exec.stdin !== '');
    expect(exec.stdin).toBe('ok');
    expect(exec.sizes).toHaveLength(1);
    expect(exec.closed).toBe(false);
  });

  it('ends on request, and with the credential', async () => {
    const client = await connect();
    const first = await open(client);
    const second = await open(client);
    const third = await open(client);
    const closed = ended(client);
    client.emit('terminal:close', { organization: 'acme', terminal: first.id }, () => {});
    expect(await closed).toMatchObject({ terminal: first.id, code: 'closed' });
    await until(() => first.exec.closed);
    expect(second.exec.closed).toBe(false);
    const revoked = ended(client);
    harness.authenticator.principals.delete('eve');
    expect((await revoked).code).toBe('revoked');
    await until(() => second.exec.closed && third.exec.closed);
    await until(() => harness.sessions.sessions.every((session) => session.end !== undefined));
    const metrics = await harness.metrics.registry.getSingleMetricAsString('postern_streams_active');
    expect(metrics).toContain('{kind="terminal"} 0');
  });

  it.each<[Partial<LimitSettings>, string]>([
    [{ requestsPerUser: 1 }, 'You are sending too many requests.'],
    [{ requestsPerOrganization: 1 }, 'The organization "acme" is sending too many requests.'],
    [{ streamsPerUser: 4 }, 'You have too many requests and streams open.'],
    [{ streamsPerOrganization: 4 }, 'The organization "acme" has too many requests and streams open.'],
    [{ streamsPerCluster: 4 }, 'Too many requests and streams to the cluster "prod" are open.'],
  ])('is refused beyond %o with a message, and those that are open go on', async (limits, sentence) => {
    await harness.close();
    await start(limits);
    const client = await connect();
    // A burst is four seconds' worth.
    const terminals = [await open(client), await open(client), await open(client), await open(client)];
    expect(await ask(client)).toMatchObject({ error: { code: 'limit', message: expect.stringContaining(sentence) } });
    expect(execs.length).toBe(4);
    expect(terminals.some(({ exec }) => exec.closed)).toBe(false);
  });

  it('runs on when the browser disconnects, also while it is being opened, and ends after the grace', async () => {
    await harness.close();
    await start({}, { graceMs: 300 });
    const client = await connect();
    const { exec } = await open(client);
    const opening = { ...place, viewer: randomUUID() };
    client.emit('terminal:open', opening, () => {});
    client.disconnect();
    await until(() => exec.closed);
    await until(() => harness.sessions.sessions.every((session) => session.end !== undefined));
    await until(() => execs.every((one) => one.closed));
    expect(harness.sessions.sessions[0]?.end?.reason).toMatch(/^Nobody had this terminal open/);
  });

  it.each([
    [{}],
    [null],
    [{ ...place, columns: 0 }],
    [{ ...place, columns: 801 }],
    [{ ...place, rows: 201 }],
    [{ ...place, shell: 'zsh -c reboot' }],
    [{ ...place, pod: '' }],
    [{ ...place, organization: '../x' }],
  ])('is refused for the request %j', async (request) => {
    const client = await connect();
    const answer = await new Promise((resolve) => client.emit('terminal:open', request as never, resolve));
    expect(answer).toMatchObject({ error: { code: 'invalid-request' } });
  });

  it('survives garbage in every event', async () => {
    const client = await connect();
    const { id, exec } = await open(client);
    const emit = client.emit.bind(client) as (event: string, ...values: unknown[]) => void;
    for (const event of [
      'terminal:input',
      'terminal:resize',
      'terminal:ack',
      'terminal:close',
      'terminal:detach',
      'terminal:share',
      'terminal:attach',
      'terminal:open',
      'terminals:watch',
      'terminals:unwatch',
      'clusters:watch',
      'clusters:unwatch',
      'terminal:ping',
      '__proto__',
      'unknown',
    ]) {
      for (const value of [
        undefined,
        null,
        7,
        'x',
        [],
        {},
        { terminal: id },
        { terminal: id, data: 'text' },
        { terminal: id, position: -1 },
        { terminal: id, from: -1, data: Buffer.from('x') },
        { organization: 'acme', terminal: id, sharing: 'everybody' },
      ]) {
        emit(event, value);
        emit(event, value, 'no function');
      }
    }
    emit('terminal:input', { terminal: id, from: 0, data: Buffer.alloc(70_000) });
    await new Promise<void>((resolve) => client.emit('terminal:ping', resolve));
    expect(exec.stdin).toBe('');
    expect(client.connected).toBe(true);
  });

  it('a message above 100 KiB ends the connection', async () => {
    const client = await connect();
    const gone = once(client as never, 'disconnect');
    client.emit('terminal:input', { terminal: 'x', from: 0, data: Buffer.alloc(200_000) }, () => {});
    await gone;
  });

  it('is limited to 32 per person', async () => {
    const client = await connect();
    const all = await Promise.all(Array.from({ length: 33 }, () => ask(client, { container: 'app' })));
    expect(all.filter((one) => 'error' in one)).toMatchObject([{ error: { code: 'limit' } }]);
  });
});
