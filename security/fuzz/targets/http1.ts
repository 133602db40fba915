import type { Socket } from 'node:net';
import { connectTo } from '../../harness/connection.ts';
import type { GatewayAddress } from '../../harness/gateway-process.ts';
import { nastyTexts } from '../dictionary.ts';
import { type Lane, sendOver } from '../lane.ts';
import { mutateBytes, mutateText } from '../mutate.ts';
import type { Random } from '../random.ts';
import { type FuzzHarness, type ListenerTarget, printable } from '../target.ts';

const methods = [
  'GET',
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'OPTIONS',
  'CONNECT',
  'TRACE',
  'PRI',
  'PROPFIND',
];
const versions = [
  'HTTP/1.1',
  'HTTP/1.1',
  'HTTP/1.0',
  'HTTP/2.0',
  'HTTP/0.9',
  'HTTP/3.0',
  'HTTP/1.9',
  'HTTP/9.9',
  'http/1.1',
  'HTTP/11',
];
const targets = [
  '/',
  '/healthz',
  '/api/v1/meta',
  '/api/v1/auth/me',
  '/api/openapi.json',
  '/install.yaml',
  '/k8s/attacker/prod/api/v1/pods?limit=1',
  '/k8s/attacker/prod/api/v1/namespaces/a/pods/b/exec?command=sh&stdin=true',
  '/k8s/attacker/prod/api/v1/namespaces/a/pods/b/portforward',
  '/socket.io/?EIO=4&transport=websocket',
  '/socket.io/?EIO=4&transport=polling&sid=abc',
  '/tunnel',
  '/login?next=/.//host',
  '/_next/static/x.js',
  '*',
  'a:1',
  'localhost:443',
  'http://169.254.169.254/latest/meta-data',
  'https://localhost/api/v1/meta',
  '',
];
type Field = readonly [name: string, value: string];
const harmless: readonly Field[] = [
  ['Authorization', 'Bearer postern_x'],
  ['Cookie', '__Host-postern_access=x; a=b'],
  ['Origin', 'https://localhost'],
  ['Content-Type', 'application/json'],
  ['Accept', 'text/html, */*;q=0.1'],
  ['Accept-Encoding', 'gzip, br'],
  ['If-None-Match', '"x"'],
  ['Range', 'bytes=0-0,-1'],
  ['TE', 'trailers'],
  ['X-Forwarded-For', '127.0.0.1'],
  ['Sec-Fetch-Site', 'cross-site'],
  ['Content-Length', '0'],
];
/** Fields that affect how the request or the connection is parsed. */
const decisive: readonly Field[] = [
  ['Host', 'evil.example'],
  ['Connection', 'close'],
  ['Connection', 'keep-alive, Impersonate-User'],
  ['Connection', 'Upgrade'],
  ['Upgrade', 'websocket'],
  ['Upgrade', 'h2c'],
  ['Upgrade', 'SPDY/3.1'],
  ['HTTP2-Settings', 'AAMAAABkAARAAAAAAAIAAAAA'],
  ['Sec-WebSocket-Key', 'dGhlIHNhbXBsZSBub25jZQ=='],
  ['Sec-WebSocket-Version', '13'],
  ['Sec-WebSocket-Protocol', 'postern.tunnel.v1'],
  ['Sec-WebSocket-Extensions', 'permessage-deflate; client_max_window_bits=99'],
  ['Transfer-Encoding', 'chunked'],
  ['Transfer-Encoding', 'identity, chunked'],
  ['Content-Length', '5'],
  ['Content-Length', '+5'],
  ['Content-Length', '99999999999999999999'],
  ['Expect', '100-continue'],
  ['Expect', 'nonsense'],
  ['Trailer', 'Content-Length'],
  ['__proto__', 'x'],
  ['Impersonate-User', 'system:admin'],
];
const bodies = ['5\r\nhello\r\n0\r\n\r\n', 'hello', '0\r\n\r\n', 'zz\r\n', '{"a":1}'];

const lanes = 8;
/** Cases per connection; after one that the parser rejects, the rest are sent on another. */
const chunk = 3;
const patienceMs = 2_000;

/** A request in parts, each of which may be changed. */
interface Parts {
  method: string;
  target: string;
  version: string;
  fields: [name: string, value: string][];
  separator: string;
  lineEnd: string;
  body: string;
}

function make(random: Random): Buffer {
  const parts: Parts = {
    method: random.pick(methods),
    target: random.pick(targets),
    version: 'HTTP/1.1',
    fields: [['Host', 'localhost']],
    separator: ': ',
    lineEnd: '\r\n',
    body: '',
  };
  if (parts.method === 'CONNECT' && random.chance(0.5))
    parts.target = random.pick(['a:1', 'localhost:443', '[::1]:80']);
  for (let count = random.int(0, 3); count > 0; count--) parts.fields.push([...random.pick(harmless)]);
  for (let count = random.pick([0, 0, 1, 1, 1, 2, 4]); count > 0; count--) change(random, parts);
  const { method, target, version, fields, separator, lineEnd, body } = parts;
  const lines = [`${method} ${target} ${version}`, ...fields.map(([name, value]) => `${name}${separator}${value}`)];
  const bytes = Buffer.from(`${lines.join(lineEnd)}${lineEnd}${lineEnd}${body}`);
  return random.chance(0.97) ? bytes : mutateBytes(random, bytes);
}

function change(random: Random, parts: Parts): void {
  const { fields } = parts;
  const field = random.pick(fields);
  switch (random.int(0, 9)) {
    case 0:
      parts.method = mutateText(random, parts.method);
      break;
    case 1:
    case 2:
    case 3:
      parts.target = mutateText(random, parts.target);
      break;
    case 4:
      parts.version = random.pick(versions);
      break;
    case 5:
      field[1] = mutateText(random, field[1]);
      break;
    case 6:
      field[0] = random.chance(0.5) ? random.pick(nastyTexts) : mutateText(random, field[0]);
      break;
    case 7:
      fields.push([...random.pick(decisive)]);
      if (random.chance(0.5)) parts.body = random.pick(bodies);
      break;
    case 8:
      if (random.chance(0.7)) fields.push(...fields.map(([name, value]): [string, string] => [name, value]));
      else if (fields.length > 1) fields.shift();
      break;
    default:
      if (random.chance(0.5)) parts.separator = random.pick([':', ' : ', '', ':\t', ':\0']);
      else parts.lineEnd = random.pick(['\n', '\r', '\r\n ', '\0\r\n']);
  }
}

/** Hand-written requests, pipelined on one connection; the number of responses shows how many were read. */
class Http1Lane implements Lane<Buffer> {
  isOver = false;
  readonly #socket: Socket;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  async send(cases: readonly Buffer[]): Promise<number> {
    this.isOver = true;
    const socket = this.#socket;
    let text = '';
    socket.setEncoding('latin1').on('data', (part: string) => {
      text += part;
    });
    const closed = new Promise((resolve) => socket.once('close', resolve));
    const patience = setTimeout(() => socket.destroy(), patienceMs);
    socket.end(Buffer.concat([...cases]));
    await closed;
    clearTimeout(patience);
    // Interim responses (100, 102, 103) do not count.
    const statuses = [...text.matchAll(/HTTP\/1\.1 ([2-5]\d\d|101) /g)].map(([, status]) => status);
    if (statuses.includes('500')) throw new Error('a request was answered with 500');
    return Math.min(cases.length, Math.max(1, statuses.length));
  }

  close(): void {
    this.#socket.destroy();
  }
}

const upTo = (gateway: GatewayAddress) => async (): Promise<Http1Lane> =>
  new Http1Lane(await connectTo(gateway, 'http/1.1'));

/** Request lines, header fields and bodies of HTTP/1.1, including upgrades. */
const http1 = {
  kind: 'listener',
  batch: 500,
  make,
  describe: printable,
  open: async ({ gateway }: FuzzHarness) => ({
    send: (cases: readonly Buffer[]) => sendOver(cases, { lanes, chunk, connect: upTo(gateway) }),
    close: () => {},
  }),
} as const;

/** The TLS listener, which speaks both versions of HTTP. */
export const http1OverTls: ListenerTarget<Buffer> = { ...http1, name: 'http1-tls', weight: 0.5, tls: true };
/** The plain listener behind a load balancer: no handshakes, so many more cases. */
export const http1Plain: ListenerTarget<Buffer> = { ...http1, name: 'http1', weight: 14, tls: false };
