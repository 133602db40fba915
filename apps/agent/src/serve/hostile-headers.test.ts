import type { HeaderPairs } from '@postern/kube';
import { selfSigned, type TestCertificate, useLeakCheck } from '@postern/testkit';
import { beforeAll, describe, expect, it } from 'vitest';
import { http2Apiserver, rawApiserver } from '../test/apiserver.ts';
import { rawHttp2 } from '../test/raw-http2.ts';
import { received, type ServingAgent, servingAgent } from '../test/serving.ts';

useLeakCheck();
let certificate: TestCertificate;
beforeAll(async () => {
  certificate = await selfSigned();
});

const exec = {
  kind: 'upgrade' as const,
  method: 'POST',
  path: '/api/v1/namespaces/demo/pods/web-1/exec?command=sh',
  headers: [
    ['connection', 'Upgrade'],
    ['upgrade', 'SPDY/3.1'],
  ] as HeaderPairs,
};

async function exchange(agent: ServingAgent, head: Parameters<ServingAgent['request']>[0] = {}) {
  const { response, stream } = agent.request(head, { end: head.kind !== 'upgrade' });
  const { status } = await response;
  const { bytes, end } = await received(stream);
  stream.destroy();
  return { status, end, text: bytes.toString() };
}

/** Headers that a tunnel cannot carry, each in its own way. */
const tooMuch: Record<string, HeaderPairs> = {
  'one of 77 KB': [['warning', 'x'.repeat(77_000)]],
  'many of 1 KB': Array.from({ length: 90 }, (_, index) => [`x-header-${index}`, 'x'.repeat(1000)]),
  'allowed ones of 70 KB': Array.from({ length: 70 }, () => ['warning', 'x'.repeat(1000)]),
  'one of 300 KB': [['warning', 'x'.repeat(300_000)]],
};
const sentence = /larger than 64 KiB/;

describe('a response whose headers are too large', () => {
  const names = Object.keys(tooMuch);

  it.each(names.filter((name) => name !== 'many of 1 KB'))('becomes a clear error over HTTP/2: %s', async (name) => {
    await using api = await http2Apiserver(certificate, (_request, response) => {
      response.on('error', () => {});
      response.stream.on('error', () => {});
      const fields: Record<string, string[]> = {};
      for (const [field, value] of tooMuch[name]!) fields[field] = [...(fields[field] ?? []), value];
      response.stream.respond({ ':status': 200, ...fields });
      response.stream.end('{}');
    });
    await using agent = await servingAgent(api.endpoint);
    const answer = await exchange(agent);
    expect([answer.status, answer.end]).toEqual([502, 'complete']);
    expect(JSON.parse(answer.text).message).toMatch(sentence);
  });

  it('is passed on over HTTP/2 if the allowed headers are small enough', async () => {
    await using api = await http2Apiserver(certificate, (_request, response) => {
      for (const [name, value] of tooMuch['many of 1 KB']!) response.setHeader(name, value);
      response.end('{}');
    });
    await using agent = await servingAgent(api.endpoint);
    expect(await exchange(agent)).toEqual({ status: 200, end: 'complete', text: '{}' });
  });

  it.each(names)('becomes a clear error over HTTP/1.1, plain and upgrading: %s', async (name) => {
    const lines = tooMuch[name]!.map(([field, value]) => `${field}: ${value}\r\n`).join('');
    for (const status of ['200 OK', '101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: SPDY/3.1']) {
      await using api = await rawApiserver(certificate, (_head, socket) =>
        socket.end(`HTTP/1.1 ${status}\r\n${lines}content-length: 2\r\n\r\n{}`),
      );
      await using agent = await servingAgent(api.endpoint);
      const answer = await exchange(agent, status.startsWith('101') ? exec : {});
      expect([answer.status, answer.end]).toEqual([502, 'complete']);
      expect(JSON.parse(answer.text).message).toMatch(sentence);
    }
  });
});

describe('an invalid response', () => {
  it.each([0, 99, 199, 600, 999, 1000])('with status %s becomes a clear error over HTTP/2', async (status) => {
    await using api = await rawHttp2(certificate, {
      onHeaders: (stream) => stream.head({ status, length: 0, end: true }),
    });
    await using agent = await servingAgent(api.endpoint);
    const answer = await exchange(agent);
    expect([answer.status, answer.end]).toEqual([502, 'complete']);
    expect(JSON.parse(answer.text)).toMatchObject({ kind: 'Status', code: 502 });
  });

  it.each([
    'HTTP/1.1 000 Zero\r\ncontent-length: 0\r\n\r\n',
    'HTTP/1.1 600 Six\r\ncontent-length: 0\r\n\r\n',
    'HTTP/1.1 999 Nine\r\ncontent-length: 0\r\n\r\n',
    'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: h2c\r\n\r\n',
    'HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}',
    'HTTP/1.1 200 OK\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n{}',
    'HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n',
    'HTTP/9.9 200 OK\r\n\r\n',
    '\0\0\0\0\r\n\r\n',
  ])('becomes a clear error over HTTP/1.1, plain and upgrading: %j', async (said) => {
    await using api = await rawApiserver(certificate, (_head, socket) => socket.end(said));
    await using agent = await servingAgent(api.endpoint);
    for (const head of [{}, exec]) {
      const answer = await exchange(agent, head);
      expect([answer.status, answer.end]).toEqual([502, 'complete']);
      expect(JSON.parse(answer.text)).toMatchObject({ kind: 'Status', code: 502 });
    }
  });

  it('with header fields that a tunnel cannot carry ends properly', async () => {
    const lines = ['__proto__: x', `${'n'.repeat(300)}: x`, 'warning: \x7f\xff', 'etag: caf\xe9', 'set-cookie: a=b'];
    await using api = await rawApiserver(certificate, (_head, socket) =>
      socket.end(Buffer.from(`HTTP/1.1 200 OK\r\n${lines.join('\r\n')}\r\ncontent-length: 2\r\n\r\n{}`, 'latin1')),
    );
    await using agent = await servingAgent(api.endpoint);
    const answer = await exchange(agent);
    expect([200, 502]).toContain(answer.status);
    expect(answer.end).toBe('complete');
  });
});

/** The headers that may pass to the apiserver. */
const lists = ['accept', 'accept-encoding', 'accept-language', 'if-match', 'if-none-match'];
const commands = ['kubectl-command', 'kubectl-session'];
const single = ['content-encoding', 'content-type', 'if-modified-since', 'if-unmodified-since', 'range', 'user-agent'];

describe('a request header that comes twice', () => {
  it.each([
    ...[...lists, ...commands].map((name) => ({ name, passed: ['one', 'two'] })),
    // Go's `Header.Get` also takes the first one.
    ...single.map((name) => ({ name, passed: ['one'] })),
  ])('reaches the apiserver as $passed: $name', async ({ name, passed }) => {
    const headers: HeaderPairs = [
      [name, 'one'],
      [name, 'two'],
    ];
    const seen: string[][] = [];
    await using h2 = await http2Apiserver(certificate, (request, response) => {
      const values = request.rawHeaders.filter((_, index) => index % 2 === 1 && request.rawHeaders[index - 1] === name);
      seen.push(values);
      response.end('{}');
    });
    await using h1 = await rawApiserver(certificate, (head, socket) => {
      seen.push([...head.matchAll(new RegExp(`^${name}: (.*)\r$`, 'gm'))].map(([, value]) => value ?? ''));
      socket.end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}');
    });
    for (const api of [h2, h1]) {
      await using agent = await servingAgent(api.endpoint);
      expect(await exchange(agent, { headers })).toEqual({ status: 200, end: 'complete', text: '{}' });
    }
    expect(seen).toEqual([passed, passed]);
  });

  it.each([['2', '3'], ['2', '2'], ['2, 2'], ['-1'], ['0x2'], ['']])(
    'is refused if it is Content-Length: %s %s',
    async (...values) => {
      await using api = await rawHttp2(certificate);
      await using agent = await servingAgent(api.endpoint);
      const { response } = agent.request({
        method: 'POST',
        headers: values.map((value) => ['content-length', value]),
      });
      await expect(response).rejects.toMatchObject({ code: 'refused' });
      expect(api.streams).toEqual([]);
    },
  );
});
