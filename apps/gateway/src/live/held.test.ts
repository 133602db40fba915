import { randomUUID } from 'node:crypto';
import type {
  AttachedTerminal,
  ClientToServerEvents,
  HeldTerminal,
  ServerToClientEvents,
  SocketError,
  TerminalElsewhere,
} from '@postern/contracts';
import { atRest, until, useLeakCheck } from '@postern/testkit';
import fc from 'fast-check';
import { io, type Socket } from 'socket.io-client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Limits } from '../limits/limits.ts';
import { defaultLimits } from '../limits/settings.ts';
import { FakeExec, podJson } from '../test/fake-exec.ts';
import { acme, type KubeHarness, startKubeHarness } from '../test/kube-harness.ts';

type Client = Socket<ServerToClientEvents, ClientToServerEvents>;
type Attached = AttachedTerminal | TerminalElsewhere | SocketError;

useLeakCheck();

let harness: KubeHarness;
let clients: Client[];
let execs: FakeExec[];

beforeEach(async () => {
  // Their clock stands still, so that what is refused does not depend on how fast this machine is.
  const limits = new Limits({ ...defaultLimits, liveEventsPerUser: 100_000, requestsPerUser: 10_000 }, () => 0);
  harness = await startKubeHarness({ limits });
  harness.signIn('ada', 'browser');
  clients = [];
  execs = [];
  harness.onRequest = (request) => {
    if (request.head.kind === 'upgrade') {
      execs.push(new FakeExec(request));
      return;
    }
    request.respond({ status: 200, headers: [['content-type', 'application/json']] });
    request.stream.resume();
    request.stream.end(podJson());
  };
});
afterEach(async () => {
  for (const client of clients) client.disconnect();
  await harness.close();
});

async function connect(token = 'ada'): Promise<Client> {
  const client: Client = io(`https://127.0.0.1:${harness.port}`, {
    transports: ['websocket'],
    reconnection: false,
    forceNew: true,
    extraHeaders: { cookie: `session=${token}`, origin: harness.origin },
    ca: harness.cert,
  } as never);
  clients.push(client);
  await new Promise<void>((resolve, reject) => {
    client.once('connect', resolve);
    client.once('connect_error', reject);
  });
  return client;
}

const size = { columns: 80, rows: 24 };

/** A page that draws at once, as far as it is asked to. */
class Page {
  readonly viewer = randomUUID();
  text = '';
  /** Of the next byte; null before anything is known. */
  position: number | null = null;
  resets = 0;
  typed = 0;
  client: Client | undefined;

  async open(client: Client): Promise<FakeExec> {
    this.#listen(client);
    this.position = 0;
    const place = { organization: 'acme', cluster: 'prod', namespace: 'shop', pod: 'web-0', container: 'app' };
    const request = { ...place, viewer: this.viewer, ...size };
    const answer = await new Promise<AttachedTerminal | SocketError>((resolve) =>
      client.emit('terminal:open', request, resolve),
    );
    if ('error' in answer) throw new Error(answer.error.message);
    const exec = execs.at(-1);
    if (exec === undefined) throw new Error('no exec');
    return exec;
  }

  attach(client: Client, terminal: string, mode: 'auto' | 'write' | 'watch' = 'auto'): Promise<Attached> {
    this.#listen(client);
    const { viewer, position } = this;
    const request = { organization: 'acme', terminal, viewer, position, mode, ...size };
    return new Promise((resolve) => client.emit('terminal:attach', request, resolve));
  }

  /** @returns how many bytes of this page's input have arrived. */
  type(terminal: string, text: string, from = this.typed): Promise<{ received: number } | SocketError> {
    const data = Buffer.from(text);
    this.typed = from + data.byteLength;
    return new Promise((resolve) => this.client?.emit('terminal:input', { terminal, from, data }, resolve));
  }

  #listen(client: Client): void {
    this.client = client;
    client.removeAllListeners('terminal:reset').removeAllListeners('terminal:output');
    client.on('terminal:reset', (reset) => {
      this.resets++;
      this.text = reset.clear === null ? this.text + reset.data : reset.data;
      this.position = reset.position;
      client.emit('terminal:ack', { terminal: reset.terminal, position: reset.position });
    });
    client.on('terminal:output', ({ terminal, position, data }) => {
      if (position !== this.position) throw new Error(`output at ${position} instead of ${this.position}`);
      this.text += Buffer.from(data).toString('latin1');
      this.position += data.byteLength;
      client.emit('terminal:ack', { terminal, position: this.position });
    });
  }
}

const listed = (client: Client): Promise<HeldTerminal[]> =>
  new Promise((resolve) =>
    client.emit('terminals:watch', { organization: 'acme' }, (answer) =>
      resolve('items' in answer ? answer.items : []),
    ),
  );

/** The only terminal of the organization. */
async function only(client: Client): Promise<HeldTerminal> {
  const [terminal] = await listed(client);
  if (terminal === undefined) throw new Error('no terminal is held');
  return terminal;
}

/** Cuts a page's connection, and waits until the gateway knows. */
async function cut(page: Page, observer: Client): Promise<void> {
  page.client?.disconnect();
  await until(async () => (await only(observer)).viewers.length === 0);
}

describe('after a cut', () => {
  it('a page goes on where it was, and its input is taken once', async () => {
    const page = new Page();
    const observer = await connect();
    const exec = await page.open(await connect());
    const { id } = await only(observer);
    exec.output('one ');
    await until(() => page.text === 'one ');
    expect(await page.type(id, 'abc')).toEqual({ received: 3 });
    await cut(page, observer);
    exec.output('two ');
    const back = { mode: 'write', received: 3, written: 8, terminal: { id } };
    expect(await page.attach(await connect(), id)).toMatchObject(back);
    exec.output('three');
    await until(() => page.text === 'one two three');
    expect(await page.type(id, 'bcd', 1)).toEqual({ received: 4 });
    await until(() => exec.stdin === 'abcd');
    expect(page.resets).toBe(0);
  });

  it.each([1, 2, 3])('nothing is missed and nothing comes twice, 50 times at random (seed %i)', async (seed) => {
    const random = fc.sample(
      fc.record({ bytes: fc.integer({ min: 1, max: 60_000 }), keys: fc.integer({ min: 0, max: 9 }) }),
      {
        seed,
        numRuns: 50,
      },
    );
    const observer = await connect();
    const page = new Page();
    const exec = await page.open(await connect());
    const { id } = await only(observer);
    let written = '';
    let typed = '';
    for (const [index, { bytes, keys }] of random.entries()) {
      const line = `${index}:${'x'.repeat(bytes)}\n`;
      const text = String(index % 10).repeat(keys);
      written += line;
      exec.output(line);
      // What is on its way when the connection ends may arrive or not.
      void page.type(id, text, typed.length);
      typed += text;
      if (index % 3 === 0) await until(() => page.text.length === written.length);
      page.client?.disconnect();
      const answer = await page.attach(await connect(), id, 'write');
      const { received } = answer as AttachedTerminal;
      expect(received).toBeLessThanOrEqual(typed.length);
      if (received < typed.length) await page.type(id, typed.slice(received), received);
    }
    await until(() => page.text.length === written.length);
    expect(page.text === written).toBe(true);
    await until(() => exec.stdin.length === typed.length);
    expect(exec.stdin).toBe(typed);
    expect(page.resets).toBe(0);
    expect(execs).toHaveLength(1);
  });

  it('the process waits for a page that comes back, and does not end', async () => {
    const page = new Page();
    const observer = await connect();
    const exec = await page.open(await connect());
    const { id } = await only(observer);
    await cut(page, observer);
    const chunk = Buffer.alloc(8_192, 'y');
    let written = 0;
    const write = (): void => {
      while (written < 8 * 1024 * 1024) {
        written += chunk.byteLength;
        if (!exec.output(chunk)) {
          exec.request.stream.once('drain', write);
          return;
        }
      }
    };
    write();
    await atRest(() => written);
    expect(written).toBeLessThan(4 * 1024 * 1024);
    await page.attach(await connect(), id);
    await until(() => page.position === 8 * 1024 * 1024, { timeoutMs: 20_000 });
    expect(page.resets).toBe(0);
  });
});

describe('several pages', () => {
  it('of one person: the second asks, takes over, and both see the same', async () => {
    const [first, second] = [new Page(), new Page()];
    const exec = await first.open(await connect());
    const { id } = await only(await connect());
    exec.output('before ');
    await until(() => first.text === 'before ');
    const client = await connect();
    expect(await second.attach(client, id)).toMatchObject({
      elsewhere: { id, viewers: [{ mode: 'write', own: true }] },
    });
    expect(await second.attach(client, id, 'write')).toMatchObject({ mode: 'write' });
    exec.output('after');
    await until(() => first.text === 'before after' && second.text === 'before after');
    await first.type(id, 'x');
    await second.type(id, 'y');
    await until(() => exec.stdin !== '');
    expect(exec.stdin).toBe('y');
  });

  it('of two people: shared, watched, typed in, recorded, and taken back', async () => {
    harness.signIn('bob', 'browser');
    const [own, other] = [new Page(), new Page()];
    const ada = await connect();
    const exec = await own.open(ada);
    const { id } = await only(ada);
    const bob = await connect('bob');
    expect(await other.attach(bob, id)).toMatchObject({ error: { code: 'not-found' } });
    const share = (sharing: 'nobody' | 'watch' | 'write'): Promise<unknown> =>
      new Promise((resolve) => ada.emit('terminal:share', { organization: 'acme', terminal: id, sharing }, resolve));
    await share('watch');
    expect(await listed(bob)).toMatchObject([{ id, owner: { email: 'ada@example.com', own: false } }]);
    expect(await other.attach(bob, id)).toMatchObject({ mode: 'watch' });
    await other.type(id, 'rm -rf /\r', 0);
    await share('write');
    expect(await other.attach(bob, id)).toMatchObject({ mode: 'write' });
    await other.type(id, 'ls', 0);
    await own.type(id, '!');
    await until(() => exec.stdin.length === 3);
    expect(exec.stdin).toBe('ls!');
    const detached = new Promise((resolve) => bob.once('terminal:detached', resolve));
    await share('nobody');
    expect(await detached).toEqual({ terminal: id, message: 'ada@example.com no longer shares this terminal.' });
    exec.output('secret');
    await until(() => own.text === 'secret');
    expect(other.text).toBe('');
    const record = { organizationId: acme, sessionId: id, userId: 'user-bob', hasLeft: true };
    expect(harness.viewers.views).toMatchObject([
      { ...record, canType: false },
      { ...record, canType: true },
    ]);
  });
});

it('ends with the sign-in that opened it, also while nobody views it', async () => {
  const page = new Page();
  const exec = await page.open(await connect());
  harness.signIn('eve', 'browser');
  page.client?.disconnect();
  harness.authenticator.principals.delete('ada');
  await until(() => exec.closed);
  await until(() => harness.sessions.sessions[0]?.end !== undefined);
  expect(harness.sessions.sessions[0]?.end).toMatchObject({ reason: 'Your access has ended.' });
});
