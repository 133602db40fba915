import { createHash } from 'node:crypto';
import { once } from 'node:events';
import type { TLSSocket } from 'node:tls';
import { until, useLeakCheck } from '@postern/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  acme,
  type ClusterRequest,
  clusterId,
  type KubeHarness,
  kubePath,
  readAll,
  startKubeHarness,
} from '../test/kube-harness.ts';

useLeakCheck();

let harness: KubeHarness;
beforeEach(async () => {
  harness = await startKubeHarness();
});
afterEach(() => harness.close());

const exec = `${kubePath}/api/v1/namespaces/shop/pods/web-0/exec?command=cat&command=-u&container=app&stdin=true&tty=true`;
const spdy = 'Connection: Upgrade\r\nUpgrade: SPDY/3.1\r\n';

function head(method: string, path: string, lines: string): string {
  return `${method} ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ada\r\n${lines}\r\n`;
}

function switchTo(protocol: string, more: [string, string][] = []): (request: ClusterRequest) => void {
  return ({ respond }) =>
    respond({ status: 101, headers: [['connection', 'Upgrade'], ['upgrade', protocol], ...more] });
}

/** Reads up to the end of the response head. */
async function readHead(socket: TLSSocket): Promise<{ head: string; rest: Buffer }> {
  let bytes = Buffer.alloc(0);
  for (;;) {
    const end = bytes.indexOf('\r\n\r\n');
    if (end !== -1) return { head: bytes.subarray(0, end).toString('latin1'), rest: bytes.subarray(end + 4) };
    const chunk = socket.read() as Buffer | null;
    if (chunk === null) await once(socket, 'readable');
    else bytes = Buffer.concat([bytes, chunk]);
  }
}

describe('an upgrade', () => {
  it.each(['GET', 'POST'])('by %s becomes a stream of opaque bytes, including those sent early', async (method) => {
    let received: Buffer[] = [];
    harness.onRequest = (request) => {
      switchTo('SPDY/3.1', [['x-stream-protocol-version', 'v4.channel.k8s.io']])(request);
      request.stream.on('data', (part: Buffer) => received.push(part));
      request.stream.on('end', () => request.stream.end('bye'));
    };
    const socket = await harness.connect();
    const early = Buffer.from([0x80, 0x03, 0, 1, 0xff, 0x0d, 0x0a, 0x0d, 0x0a, 0]);
    const lines = `${spdy}X-Stream-Protocol-Version: v5.channel.k8s.io\r\nX-Stream-Protocol-Version: v4.channel.k8s.io\r\nContent-Length: 0\r\n`;
    socket.write(Buffer.concat([Buffer.from(head(method, exec, lines)), early]));
    const answer = await readHead(socket);
    expect(answer.head).toBe(
      'HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: SPDY/3.1\r\nx-stream-protocol-version: v4.channel.k8s.io',
    );
    socket.end(Buffer.from('late'));
    await until(() => received.length > 0);
    // Half-close: the cluster still sends after the client has ended.
    const [last] = (await once(socket, 'data')) as [Buffer];
    expect(last.toString()).toBe('bye');
    expect(Buffer.concat(received)).toEqual(Buffer.concat([early, Buffer.from('late')]));
    expect(harness.seen[0]).toMatchObject({ kind: 'upgrade', method, path: exec.slice(kubePath.length) });
    expect(harness.seen[0]?.headers).toEqual([
      ['x-stream-protocol-version', 'v5.channel.k8s.io'],
      ['x-stream-protocol-version', 'v4.channel.k8s.io'],
      ['connection', 'Upgrade'],
      ['upgrade', 'SPDY/3.1'],
    ]);
    received = [];
  });

  it('is byte-exact for 20 MB each way at once', async () => {
    const size = 20 * 1024 * 1024;
    const up = createHash('sha256');
    const down = createHash('sha256');
    const sentDown = createHash('sha256');
    harness.onRequest = (request) => {
      switchTo('websocket')(request);
      request.stream.on('data', (part: Buffer) => up.update(part));
      let left = size;
      const more = (): void => {
        while (left > 0) {
          const chunk = Buffer.alloc(Math.min(left, 100_000), left % 251);
          left -= chunk.byteLength;
          sentDown.update(chunk);
          if (!request.stream.write(chunk)) {
            request.stream.once('drain', more);
            return;
          }
        }
        request.stream.end();
      };
      more();
    };
    const socket = await harness.connect();
    socket.write(head('GET', exec, 'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\n'));
    const { rest } = await readHead(socket);
    down.update(rest);
    let got = rest.byteLength;
    socket.on('data', (part: Buffer) => {
      got += part.byteLength;
      down.update(part);
    });
    const sentUp = createHash('sha256');
    for (let left = size; left > 0; left -= 65_536) {
      const chunk = Buffer.alloc(65_536, left % 253);
      sentUp.update(chunk);
      if (!socket.write(chunk)) await once(socket, 'drain');
    }
    await until(() => got === size);
    socket.end();
    await until(() => harness.sessions.sessions[0]?.end !== undefined);
    expect(down.digest('hex')).toBe(sentDown.digest('hex'));
    expect(up.digest('hex')).toBe(sentUp.digest('hex'));
    expect(harness.sessions.sessions[0]?.end).toMatchObject({ bytesUp: size, bytesDown: size, reason: 'ended' });
  });

  it('is recorded: who, where, what, how much', async () => {
    harness.onRequest = (request) => {
      switchTo('SPDY/3.1')(request);
      request.stream.on('data', () => request.stream.end('pong!'));
    };
    const socket = await harness.connect();
    socket.write(head('POST', exec, spdy));
    await readHead(socket);
    socket.end('ping');
    await until(() => harness.sessions.sessions[0]?.end !== undefined);
    expect(harness.sessions.sessions).toMatchObject([
      {
        kind: 'exec',
        userId: 'user-ada',
        namespace: 'shop',
        pod: 'web-0',
        container: 'app',
        command: ['cat', '-u'],
        end: { bytesUp: 4, bytesDown: 5 },
      },
    ]);
  });

  it('is not sent if it cannot be recorded at once', async () => {
    harness.sessions.failing = true;
    const socket = await harness.connect();
    socket.write(head('POST', exec, spdy));
    expect(await readAll(socket)).toMatch(/^HTTP\/1\.1 503 .*could not record/s);
    await harness.registry.find(acme, clusterId)?.session.ping();
    expect(harness.seen).toEqual([]);
  });

  it('is reset if recording fails after it was sent', async () => {
    harness.sessions.failing = true;
    harness.sessions.beforeStart = async () => {
      await until(() => harness.seen.length === 1);
    };
    let opened = 0;
    harness.onRequest = (request) => {
      opened++;
      switchTo('SPDY/3.1')(request);
      request.stream.once('close', () => opened--);
    };
    const socket = await harness.connect();
    socket.write(head('POST', exec, spdy));
    expect(await readAll(socket)).toMatch(/^HTTP\/1\.1 503 .*could not record/s);
    expect(harness.seen).toHaveLength(1);
    await until(() => opened === 0 && harness.registry.find(acme, clusterId)?.session.streamCount === 0);
  });

  it('that is not answered with 101 closes the connection to further requests', async () => {
    harness.onRequest = ({ respond, stream }) => {
      respond({ status: 400, headers: [['content-type', 'application/json']] });
      stream.end('{"kind":"Status","message":"no"}');
    };
    const socket = await harness.connect();
    const next = `GET ${kubePath}/api/v1/secrets HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ada\r\n\r\n`;
    socket.write(head('POST', exec, spdy) + next);
    const answer = await readAll(socket);
    expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
    expect(answer).toContain('Connection: close');
    expect(answer).toMatch(/\{"kind":"Status","message":"no"\}$/);
    expect(harness.seen).toHaveLength(1);
    await until(() => socket.readableEnded);
  });

  it.each([
    ['SPDY/3.1', 'websocket'],
    ['websocket', 'h2c'],
  ])('to %s that the cluster answers with %s is refused', async (wanted, got) => {
    harness.onRequest = switchTo(got);
    const socket = await harness.connect();
    socket.write(head('GET', exec, `Connection: Upgrade\r\nUpgrade: ${wanted}\r\n`));
    expect(await readAll(socket)).toMatch(/^HTTP\/1\.1 502 /);
  });

  it.each([
    [302, 502],
    [401, 502],
    [403, 403],
    [500, 500],
  ])('that the apiserver answers with %i is %i for the client', async (status, expected) => {
    harness.onRequest = ({ respond }) => respond({ status, headers: [['location', 'http://evil/']] }, { end: true });
    const socket = await harness.connect();
    socket.write(head('GET', exec, spdy));
    const answer = await readAll(socket);
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${expected} `));
    expect(answer).not.toContain('evil');
  });

  it.each([
    ['h2c', exec],
    ['websocket, h2c', exec],
    ['TLS/1.2', exec],
    ['SPDY/3.1', `${kubePath}/api/v1/pods?watch=1`],
    ['SPDY/3.1', `${kubePath}/api/v1/namespaces/a/pods/p/log`],
    ['websocket', `${kubePath}/api/v1/pods`],
    ['websocket', `${kubePath}/api/v1/namespaces/a/pods/p`],
    ['websocket', `${kubePath}/api/v1/namespaces/a/pods/p/log/more`],
    ['websocket', `${kubePath}/apis/custom.example/v1/namespaces/a/pods/p/log`],
    ['websocket', `${kubePath}/api/v1/nodes/n/log`],
    ['SPDY/3.1', `${kubePath}/api/v1/namespaces/a/services/x/proxy/`],
    ['websocket', `${kubePath}/api/v1/namespaces/a/services/x/proxy/?watch=1`],
    ['websocket', `${kubePath}/?watch=1`],
    ['websocket', `${kubePath}/`],
    ['websocket', `${kubePath}/api/v1/namespaces/a/pods/p/exec/more`],
  ])('to %s of %s is 400', async (protocol, path) => {
    const socket = await harness.connect();
    socket.write(head('GET', path, `Connection: Upgrade\r\nUpgrade: ${protocol}\r\n`));
    expect(await readAll(socket)).toMatch(/^HTTP\/1\.1 400 /);
    expect(harness.seen).toEqual([]);
  });

  it('needs editor, and counts as create with GET too', async () => {
    harness.bindings.level = 'viewer';
    for (const method of ['GET', 'POST']) {
      const socket = await harness.connect();
      socket.write(head(method, exec, spdy));
      const answer = await readAll(socket);
      expect(answer).toMatch(/^HTTP\/1\.1 403 /);
      expect(answer).toContain('cannot create resource \\"pods/exec\\"');
    }
    expect(harness.seen).toEqual([]);
  });

  it('from another site is refused', async () => {
    harness.signIn('eve', 'browser');
    const socket = await harness.connect();
    socket.write(
      `GET ${exec} HTTP/1.1\r\nHost: x\r\nCookie: session=eve\r\nOrigin: https://evil.example\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
    );
    expect(await readAll(socket)).toMatch(/^HTTP\/1\.1 403 /);
    expect(harness.seen).toEqual([]);
  });

  it('ends when the credential is revoked, and forwards nothing sent later', async () => {
    let closed = false;
    const typed: Buffer[] = [];
    harness.onRequest = (request) => {
      switchTo('SPDY/3.1')(request);
      request.stream.on('data', (part: Buffer) => typed.push(part));
      request.stream.once('close', () => {
        closed = true;
      });
    };
    const socket = await harness.connect();
    socket.write(head('POST', exec, spdy));
    await readHead(socket);
    harness.authenticator.principals.delete('ada');
    await until(() => closed);
    socket.write('later');
    await until(() => harness.sessions.sessions[0]?.end !== undefined);
    expect(harness.sessions.sessions[0]?.end?.reason).toContain('credential has ended');
    expect(typed).toEqual([]);
  });

  it('ends when the agent or the client disconnects', async () => {
    let closed = 0;
    harness.onRequest = (request) => {
      switchTo('SPDY/3.1')(request);
      request.stream.once('close', () => {
        closed++;
      });
      // As an apiserver does when its client hangs up.
      request.stream.resume().once('end', () => request.stream.end());
    };
    const leaving = await harness.connect();
    leaving.write(head('POST', exec, spdy));
    await readHead(leaving);
    leaving.destroy();
    await until(() => closed === 1);

    const staying = await harness.connect();
    staying.write(head('POST', exec, spdy));
    await readHead(staying);
    await harness.dialer.stop();
    await readAll(staying);
    expect(closed).toBe(2);
    await until(() => harness.sessions.sessions.every((session) => session.end !== undefined));
  });

  it('repeated a hundred times leaves no stream, socket or session open', async () => {
    harness.onRequest = (request) => {
      switchTo('SPDY/3.1')(request);
      request.stream.resume().once('end', () => request.stream.end('bye'));
    };
    const sockets = (): number => process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;
    const before = sockets();
    for (let round = 0; round < 10; round++) {
      await Promise.all(
        Array.from({ length: 10 }, async (_, index) => {
          const socket = await harness.connect();
          socket.write(head('POST', exec, spdy));
          await readHead(socket);
          if (index % 2 === 0) socket.destroy();
          else {
            socket.end();
            await readAll(socket);
            socket.destroy();
          }
        }),
      );
    }
    await until(
      () => harness.sessions.sessions.length === 100 && harness.sessions.sessions.every((one) => one.end !== undefined),
    );
    await until(() => harness.registry.find(acme, clusterId)?.session.streamCount === 0 && sockets() <= before);
    const metrics = await harness.metrics.registry.getSingleMetricAsString('postern_streams_active');
    expect(metrics).toContain('{kind="exec"} 0');
  });

  it('that is never answered is 504', async () => {
    await harness.close();
    harness = await startKubeHarness({ headTimeoutMs: 60 });
    harness.onRequest = () => {};
    const socket = await harness.connect();
    socket.write(head('GET', exec, spdy));
    expect(await readAll(socket)).toMatch(/^HTTP\/1\.1 504 /);
  });
});
