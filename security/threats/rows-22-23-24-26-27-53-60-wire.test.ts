import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { dialGateway, type Product, startProduct } from './harness.ts';

const list = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}';
/** What the apiserver answers next. */
let answer = list;

let product: Product;
beforeAll(async () => {
  product = await startProduct({ answer: (_head, socket) => void socket.write(Buffer.from(answer, 'latin1')) });
});
afterAll(() => product[Symbol.asyncDispose]());
beforeEach(() => {
  answer = list;
});

/** A head with the owner's credential, as it is written on the wire. */
const request = (line: string, headers: string[], end = '\r\n'): string =>
  [
    line,
    `Host: localhost:${product.gateway.port}`,
    `Authorization: Bearer ${product.owner.token}`,
    ...headers,
    '',
    '',
  ].join(end);
const pods = (method = 'GET'): string => `${method} ${product.cluster}/api/v1/pods HTTP/1.1`;
const statuses = (text: string): string[] => text.match(/HTTP\/1\.1 \d{3}/g) ?? [];

// Each test here refuses something; this is what they would all get otherwise.
afterEach(async () => {
  answer = list;
  expect(await product.ask('GET /api/v1/pods')).toMatchObject({ answer: 200, api: [expect.any(String)] });
});

describe('threat 22: targets that name another host', () => {
  const upgrade = [
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
  ];
  const targets = [
    'GET http://169.254.169.254/latest',
    'GET https://192.0.2.1/',
    'GET //169.254.169.254/latest',
    'CONNECT 169.254.169.254:80',
    'OPTIONS *',
    'GET @169.254.169.254/',
  ];
  it.each(targets)('threat 22: %s is refused', async (target) => {
    const sent = await product.raw(request(`${target} HTTP/1.1`, ['Connection: close']));
    expect([400, 404, 405]).toContain(sent.answer);
    expect(sent.api).toEqual([]);
  });
  it.each(targets)('threat 22: %s with an upgrade is refused', async (target) => {
    const sent = await product.raw(request(`${target} HTTP/1.1`, upgrade));
    expect([400, 404, 405]).toContain(sent.answer);
    expect(sent.api).toEqual([]);
  });
});

describe('threat 23: redirects of an apiserver', () => {
  it.each([301, 302, 303, 307, 308])('threat 23: a %i is a 502 that does not say where to', async (status) => {
    answer = `HTTP/1.1 ${status} Moved\r\nlocation: https://victim.example/secrets\r\ncontent-length: 0\r\n\r\n`;
    const sent = await product.ask('GET /api/v1/pods');
    expect(sent).toMatchObject({ answer: 502, api: [expect.any(String)] });
    expect(sent.text).not.toContain('victim.example');
  });
  it('threat 23: a 304 passes', async () => {
    answer = 'HTTP/1.1 304 Not Modified\r\netag: "1"\r\n\r\n';
    expect(await product.ask('GET /api/v1/pods', [['If-None-Match', '"1"']])).toMatchObject({ answer: 304 });
  });
});

describe('threat 24: a connection whose upgrade failed', () => {
  const exec = '/api/v1/namespaces/a/pods/p/exec?command=sh';
  it.each([400, 403, 404, 500])('threat 24: after a %i, a second request on it goes nowhere', async (status) => {
    answer = `HTTP/1.1 ${status} No\r\ncontent-type: text/plain\r\ncontent-length: 2\r\n\r\nno`;
    const upgrade = ['Connection: Upgrade', 'Upgrade: SPDY/3.1', 'X-Stream-Protocol-Version: v4.channel.k8s.io'];
    const smuggled = `GET /api/v1/secrets HTTP/1.1\r\nHost: x\r\n\r\n`;
    const sent = await product.raw(request(`POST ${product.cluster}${exec} HTTP/1.1`, upgrade) + smuggled);
    expect(sent.answer).toBe(status);
    expect(sent.api).toEqual([expect.stringMatching(/^POST \/api\/v1\/namespaces\/a\/pods\/p\/exec/)]);
    expect(statuses(sent.text)).toHaveLength(1);
  });
});

describe('threat 26: request smuggling', () => {
  const second = 'GET /api/v1/secrets HTTP/1.1\r\nHost: x\r\n\r\n';
  const heads: [string, string[]][] = [
    ['Content-Length and chunked', ['Content-Length: 6', 'Transfer-Encoding: chunked']],
    ['chunked and Content-Length', ['Transfer-Encoding: chunked', 'Content-Length: 6']],
    ['two different lengths', ['Content-Length: 5', 'Content-Length: 6']],
    ['two equal lengths', ['Content-Length: 5', 'Content-Length: 5']],
    ['a list of lengths', ['Content-Length: 5, 6']],
    ['a signed length', ['Content-Length: +5']],
    ['a hexadecimal length', ['Content-Length: 0x5']],
    ['a negative length', ['Content-Length: -1']],
    ['chunked twice', ['Transfer-Encoding: chunked', 'Transfer-Encoding: chunked']],
    ['chunked, then something', ['Transfer-Encoding: chunked, identity']],
    ['xchunked', ['Transfer-Encoding: xchunked']],
    ['a blank before the colon', ['Transfer-Encoding : chunked']],
    ['a vertical tab', ['Transfer-Encoding: \u000bchunked']],
    ['a folded line', ['X-A: b', ' Transfer-Encoding: chunked']],
    ['a line without a name', [': chunked']],
    ['a bare CR', ['X-A: b\rTransfer-Encoding: chunked']],
    ['a NUL', ['X-A: b\u0000']],
  ];
  it.each(heads)('threat 26: %s is refused, and the connection closed', async (_what, headers) => {
    const sent = await product.raw(`${request(pods('POST'), headers)}0\r\n\r\n${second}`);
    expect([400, 501]).toContain(sent.answer);
    expect(statuses(sent.text)).toHaveLength(1);
    expect(sent.api).toEqual([]);
  });
  it('threat 26: lines that end in a bare LF are refused', async () => {
    const sent = await product.raw(request(pods(), ['Connection: close'], '\n') + second);
    // Node takes the end of the first line for a part of the version.
    expect(sent).toMatchObject({ answer: 505, api: [] });
  });
  it.each([
    '0x0\r\n\r\n',
    '-1\r\n\r\n',
    '5;\u0000\r\nhello\r\n0\r\n\r\n',
    '5\r\nhelloX\r\n0\r\n\r\n',
    'ffffffffffffffff1\r\n',
  ])('threat 26: the chunk %j ends the connection, and nothing after it is a request', async (chunk) => {
    const sent = await product.raw(request(pods('POST'), ['Transfer-Encoding: chunked']) + chunk + second);
    expect(statuses(sent.text).length).toBeLessThanOrEqual(1);
    expect(sent.api.filter((head) => head.includes('secrets'))).toEqual([]);
  });
  it.each(['HTTP/1.2', 'HTTP/0.9', 'HTTP/2.0', 'HTTP/1.1 x'])(
    'threat 26: the version %s is refused',
    async (version) => {
      const sent = await product.raw(request(`GET ${product.cluster}/api/v1/pods ${version}`, ['Connection: close']));
      expect([400, 505]).toContain(sent.answer);
      expect(sent.api).toEqual([]);
    },
  );
});

describe('threat 27: an answer that nobody asked for', () => {
  const canary = 'canary-of-another-request';
  const extra = `HTTP/1.1 200 OK\r\ncontent-length: ${canary.length}\r\n\r\n${canary}`;
  it.each([
    ['after an answer', list + extra],
    ['after an answer without a body', `HTTP/1.1 204 No Content\r\n\r\n${extra}`],
    ['after a longer body than announced', `${list}more${extra}`],
  ])('threat 27: %s is seen by no later request', async (_what, poisoned) => {
    answer = poisoned;
    expect((await product.ask('GET /api/v1/pods')).text).not.toContain(canary);
    answer = list;
    const colleague = await product.gateway.ask('GET', `${product.cluster}/api/v1/pods`, {
      token: product.owner.token,
    });
    expect([colleague.status, colleague.text]).toEqual([200, '{}']);
    for (let run = 0; run < 50; run++) expect((await product.ask('GET /api/v1/pods')).text).not.toContain(canary);
  });
});

describe('threat 53: pages of a cluster on our origin', () => {
  const answerOf = async (type: string): Promise<string> => {
    const page = '<script>alert(1)</script>';
    answer = `HTTP/1.1 200 OK\r\ncontent-type: ${type}\r\nset-cookie: __Host-postern_access=x; Path=/\r\ncontent-security-policy: default-src *\r\naccess-control-allow-origin: *\r\nclear-site-data: "*"\r\nrefresh: 0; url=https://evil.example\r\nservice-worker-allowed: /\r\ncontent-length: ${page.length}\r\n\r\n${page}`;
    const { text } = await product.ask('GET /api/v1/namespaces/a/services/s/proxy/');
    return text.slice(0, text.indexOf('\r\n\r\n')).toLowerCase();
  };
  it.each(['text/html', 'image/svg+xml', 'application/xhtml+xml', 'text/javascript', 'application/json', 'text/xml'])(
    'threat 53: %s runs nothing and leaves nothing',
    async (type) => {
      const head = await answerOf(type);
      expect(head).toMatch(/^http\/1\.1 200/);
      expect(head).toMatch(/^content-security-policy: sandbox;[^\r]*\r?$/m);
      expect(head).not.toContain('default-src *');
      expect(head).toContain('x-content-type-options: nosniff');
      for (const name of [
        'set-cookie',
        'access-control-allow-origin',
        'clear-site-data',
        'refresh',
        'service-worker-allowed',
      ])
        expect(head).not.toContain(`\n${name}:`);
    },
  );
});

describe('threat 60: names that parsers stumble over', () => {
  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'prototype', 'valueOf'])(
    'threat 60: the header, the query and the cookie %s harm nobody',
    async (name) => {
      const sent = await product.raw(
        request(`GET /api/v1/auth/me?${name}=x&${name}[a]=b HTTP/1.1`, [
          `${name}: x`,
          `${name}: y`,
          `Cookie: ${name}=z`,
          'Connection: close',
        ]),
      );
      expect([200, 400]).toContain(sent.answer);
      const body = `{"${name}":{"isAdmin":true}}`;
      const reply = await product.gateway.ask('POST', '/api/v1/organizations', { token: product.owner.token, body });
      expect(reply.status).toBe(400);
      expect(await product.ask('GET /api/v1/pods', [[name, 'x']])).toMatchObject({ answer: 200 });
    },
  );
  it('threat 60: a connection that sends noise ends alone', async () => {
    const socket = await dialGateway(product.gateway);
    const closed = once(socket, 'close');
    socket.resume();
    socket.write(Buffer.alloc(4_096, 0xff));
    await closed;
  });
});
