import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { atRest, selfSigned, type TestCertificate, until, useLeakCheck } from '@postern/testkit';
import { beforeAll, describe, expect, it } from 'vitest';
import { http2Apiserver, rawApiserver } from '../test/apiserver.ts';
import { alice, bytesOf, servingAgent, sha256, textOf } from '../test/serving.ts';

useLeakCheck();
let certificate: TestCertificate;
beforeAll(async () => {
  certificate = await selfSigned();
});

const ok = (body: string, headers = ''): string =>
  `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n${headers}\r\n${body}`;

describe('a plain request to a server of HTTP/1.1', () => {
  it('carries exactly the identity, one line per group, and the agent’s credential', async () => {
    await using api = await rawApiserver(certificate, (_head, socket) => socket.end(ok('{}')));
    await using agent = await servingAgent(api.endpoint);
    const { response, stream } = agent.request(
      {
        headers: [
          ['accept', 'application/json'],
          ['user-agent', 'kubectl/v1.33'],
          ['x-forwarded-for', '10.0.0.1'],
          ['connection', 'accept'],
          ['keep-alive', '1'],
        ],
      },
      { end: true },
    );
    expect((await response).status).toBe(200);
    expect(await textOf(stream)).toBe('{}');
    const lines = api.requests[0]!.head.trimEnd().split('\r\n');
    expect(lines).toEqual([
      'GET /api/v1/namespaces/demo/pods HTTP/1.1',
      `host: ${api.endpoint.server.host}`,
      'connection: close',
      'user-agent: kubectl/v1.33',
      `impersonate-user: ${alice.user}`,
      'impersonate-group: postern:editor',
      'impersonate-group: postern:viewer',
      'authorization: Bearer agent-credential',
    ]);
  });

  it('never shares a connection between requests, nor reads a second response from one', async () => {
    const poison = ok('"poison"');
    await using api = await rawApiserver(certificate, (head, socket) =>
      socket.write(ok(`"${/pods\/(\w+)/.exec(head)?.[1]}"`) + poison),
    );
    await using agent = await servingAgent(api.endpoint);
    for (const pod of ['a', 'b', 'c']) {
      const { response, stream } = agent.request({ path: `/api/v1/namespaces/demo/pods/${pod}` }, { end: true });
      await response;
      expect(await textOf(stream)).toBe(`"${pod}"`);
    }
    expect(new Set(api.requests.map(({ connection }) => connection)).size).toBe(3);
  });

  it('never sends a body as a second request: it is chunked, and refused beyond its Content-Length', async () => {
    const smuggled = 'GET /api/v1/secrets HTTP/1.1\r\nhost: x\r\n\r\n';
    for (const length of [undefined, 2, 2 + smuggled.length]) {
      const body = Promise.withResolvers<string>();
      await using api = await rawApiserver(certificate, (_head, socket) => {
        let text = '';
        socket.on('data', (chunk: Buffer) => {
          text += chunk.toString();
          if (text.endsWith('0\r\n\r\n')) socket.end(ok('{}'));
        });
        socket.on('close', () => body.resolve(text));
      });
      await using agent = await servingAgent(api.endpoint);
      const { response, stream } = agent.request({
        method: 'POST',
        headers: [...(length === undefined ? [] : ([['content-length', String(length)]] as [string, string][]))],
      });
      const requested = api.nextRequest();
      stream.write('{}');
      await requested;
      stream.end(smuggled);
      if (length === 2) await expect(response).rejects.toMatchObject({ code: 'refused' });
      else expect(await response.then(() => textOf(stream))).toBe('{}');
      expect(api.requests[0]!.head).toContain('transfer-encoding: chunked');
      expect(api.requests[0]!.head).not.toMatch(/content-length/i);
      const rest = `${smuggled.length.toString(16)}\r\n${smuggled}\r\n0\r\n\r\n`;
      expect(await body.promise).toBe(`2\r\n{}\r\n${length === 2 ? '' : rest}`);
      expect(api.requests).toHaveLength(1);
    }
  });
});

function* pieces(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536);
}

describe('a plain request to a server of HTTP/2', () => {
  it('carries exactly the identity, one field per group', async () => {
    let raw: readonly string[] = [];
    await using api = await http2Apiserver(certificate, (request, response) => {
      raw = request.rawHeaders;
      response.end('{}');
    });
    await using agent = await servingAgent(api.endpoint);
    const { response, stream } = agent.request({ headers: [['accept', 'application/json']] }, { end: true });
    expect((await response).status).toBe(200);
    await textOf(stream);
    const fields = raw.flatMap((name, index) => (index % 2 === 0 ? [`${name}: ${raw[index + 1]}`] : []));
    expect(fields.filter((field) => /impersonate|authorization|accept/.test(field))).toEqual([
      'accept: application/json',
      `impersonate-user: ${alice.user}`,
      'impersonate-group: postern:editor',
      'impersonate-group: postern:viewer',
      'authorization: Bearer agent-credential',
    ]);
  });

  it('shares one connection among a hundred requests at once, and opens more beyond its streams', async () => {
    const waiting: (() => void)[] = [];
    await using api = await http2Apiserver(certificate, (_request, response) => {
      waiting.push(() => response.end('{}'));
      if (waiting.length === 100) for (const answer of waiting) answer();
    });
    await using agent = await servingAgent(api.endpoint);
    const all = Array.from({ length: 100 }, async () => {
      const { response, stream } = agent.request({}, { end: true });
      expect((await response).status).toBe(200);
      await textOf(stream);
    });
    await Promise.all(all);
    expect(api.connections).toBe(2);
  });

  it('passes 20 MB each way byte for byte', async () => {
    const up = randomBytes(20 << 20);
    const down = randomBytes(20 << 20);
    const received = Promise.withResolvers<string>();
    await using api = await http2Apiserver(certificate, (request, response) => {
      // Node's server resets a request whose response has ended, so the response ends last.
      bytesOf(request).then((bytes) => {
        received.resolve(sha256(bytes));
        response.end();
      }, received.reject);
      Readable.from(pieces(down)).pipe(response, { end: false });
    });
    await using agent = await servingAgent(api.endpoint);
    const { response, stream } = agent.request({ method: 'POST', path: '/api/v1/namespaces/demo/configmaps' });
    stream.end(up);
    await response;
    expect(sha256(await bytesOf(stream))).toBe(sha256(down));
    expect(await received.promise).toBe(sha256(up));
  });

  it('ends a watch at the server when the client leaves', async () => {
    const closed = Promise.withResolvers<void>();
    await using api = await http2Apiserver(certificate, (_request, response) => {
      response.write('{"type":"ADDED"}\n');
      response.stream.on('close', () => closed.resolve());
    });
    await using agent = await servingAgent(api.endpoint);
    const { response, stream } = agent.request({ path: '/api/v1/pods?watch=1' }, { end: true });
    await response;
    await once(stream, 'data');
    stream.reset('cancelled', '');
    await closed.promise;
  });

  it('resets the stream when a response breaks off, so that it cannot look complete', async () => {
    await using api = await http2Apiserver(certificate, (_request, response) => {
      response.write('half');
      setImmediate(() => response.stream.close(2));
    });
    await using agent = await servingAgent(api.endpoint);
    const { response, stream } = agent.request({}, { end: true });
    await response;
    await expect(textOf(stream)).rejects.toMatchObject({ code: 'upstream-failed' });
  });

  it('reads only as fast as the tunnel accepts the bytes', async () => {
    let written = 0;
    await using api = await http2Apiserver(certificate, (_request, response) => {
      const chunk = Buffer.alloc(64 * 1024);
      const more = (): void => {
        while (written < 200 << 20 && !response.destroyed) {
          written += chunk.length;
          if (!response.write(chunk)) return void response.once('drain', more);
        }
      };
      more();
    });
    await using agent = await servingAgent(api.endpoint);
    const { response, stream } = agent.request({}, { end: true });
    await response;
    // Until all buffers are full.
    await until(() => written > 0);
    await atRest(() => written);
    expect(written).toBeLessThan(16 << 20);
    stream.reset('cancelled', '');
  });

  it('retries a read whose connection the server closed, but never a write', async () => {
    let seen = 0;
    await using api = await http2Apiserver(certificate, (request, response) => {
      seen++;
      if (seen % 2 === 1) request.stream.session?.destroy();
      else response.end('{}');
    });
    await using agent = await servingAgent(api.endpoint);
    const read = agent.request({}, { end: true });
    expect((await read.response).status).toBe(200);
    await textOf(read.stream);
    expect(seen).toBe(2);
    const write = agent.request({ method: 'POST' });
    write.stream.end('{}');
    expect((await write.response).status).toBe(502);
    expect(JSON.parse(await textOf(write.stream))).toMatchObject({ kind: 'Status', code: 502 });
    expect(seen).toBe(3);
  });
});

describe('a server that fails', () => {
  it('is reported clearly if it refuses connections', async () => {
    const api = await http2Apiserver(certificate, (_request, response) => response.end('{}'));
    await api.close();
    await using agent = await servingAgent(api.endpoint);
    const { response, stream } = agent.request({}, { end: true });
    expect((await response).status).toBe(502);
    const status = JSON.parse(await textOf(stream)) as { message: string };
    expect(status).toMatchObject({ kind: 'Status', status: 'Failure', code: 502 });
    expect(status.message).toMatch(/refuses connections/);
  });

  it('is refused if its certificate is not trusted', async () => {
    const other = await selfSigned('elsewhere.example.com');
    await using api = await http2Apiserver(other, (_request, response) => response.end('{}'));
    await using agent = await servingAgent(api.endpoint);
    const { response, stream } = agent.request({}, { end: true });
    expect((await response).status).toBe(502);
    expect(await textOf(stream)).toContain('certificate that is not trusted');
  });

  it.each([301, 302, 307])('cannot redirect: %s is an error', async (code) => {
    await using api = await rawApiserver(certificate, (_head, socket) =>
      socket.end(`HTTP/1.1 ${code} Found\r\nlocation: https://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n`),
    );
    await using agent = await servingAgent(api.endpoint);
    const { response, stream } = agent.request({}, { end: true });
    const head = await response;
    expect(head.status).toBe(502);
    expect(JSON.stringify(head.headers)).not.toContain('location');
    expect(await textOf(stream)).toContain('redirect');
    expect(api.requests).toHaveLength(1);
  });

  it('cannot make callers think that their own credential was refused', async () => {
    await using api = await http2Apiserver(certificate, (_request, response) => {
      response.writeHead(401).end('{"kind":"Status"}');
    });
    let forgotten = 0;
    await using agent = await servingAgent({ ...api.endpoint, forget: () => forgotten++ });
    const { response, stream } = agent.request({}, { end: true });
    expect((await response).status).toBe(502);
    expect(await textOf(stream)).toContain("agent's own credential");
    expect(forgotten).toBe(1);
  });
});
