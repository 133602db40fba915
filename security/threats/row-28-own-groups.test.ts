import { createHash } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { dialGateway, type Product, startProduct, valuesOf } from './harness.ts';

/** What the cluster says to a review of `create`. */
let says: { status: string; allowed: unknown };

/** An apiserver before 1.35, for somebody who may `get` pods/exec: it opens every stream by GET. */
function olderApiserver(head: string, socket: TLSSocket): void {
  const [key] = valuesOf(head, 'sec-websocket-key');
  if (key !== undefined) {
    const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
    socket.resume();
    socket.end(
      `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
    );
    return;
  }
  const length = Number(valuesOf(head, 'content-length')[0] ?? 0);
  let size = 0;
  const answer = (): void => {
    const body = JSON.stringify({ status: { allowed: says.allowed } });
    socket.end(
      `HTTP/1.1 ${says.status}\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    );
  };
  if (length === 0) answer();
  socket.on('data', (part: Buffer) => {
    size += part.byteLength;
    if (size === length) answer();
  });
}

let product: Product;
let token: string;

beforeAll(async () => {
  const identities = { groups: { names: ['shop-team'], prefixes: [] }, impersonation: false };
  product = await startProduct({ answer: olderApiserver, policy: { identities } });
  const { gateway, owner } = product;
  const policy = { readOnly: false, allowedGroups: ['shop-team'], allowImpersonation: false, namespaces: null };
  // As the agent would report it; the harness's agent reports nothing.
  await gateway.database.run(
    `UPDATE clusters SET capabilities = '${JSON.stringify({ policy: { ...policy, allowProxy: false } })}'`,
  );
  const ask = async (method: string, path: string, options: { token: string; body: object }) => {
    const reply = await gateway.ask(method, `/api/v1${path}`, options);
    if (reply.status >= 300) throw new Error(`${path}: ${reply.status} ${reply.text}`);
    return reply.json;
  };
  const organization = `/organizations/${owner.slug}`;
  const reader = await gateway.signUp('reader');
  const invited = await ask('POST', `${organization}/invitations`, {
    token: owner.token,
    body: { email: reader.email },
  });
  const secret = new URL(invited.link).hash.slice(1);
  await ask('POST', '/invitations/accept', { token: reader.token, body: { secret } });
  const binding = { user: reader.email, cluster: 'prod', groups: ['shop-team'] };
  await ask('POST', `${organization}/access`, { token: owner.token, body: binding });
  token = (await ask('POST', `${organization}/tokens`, { token: reader.token, body: { name: 'kubectl' } })).secret;
});
afterAll(() => product[Symbol.asyncDispose]());
beforeEach(() => {
  says = { status: '201 Created', allowed: true };
});

/** @returns the status, and the request lines that the apiserver received. */
async function stream(subresource: string): Promise<{ status: number; api: string[] }> {
  const before = product.api.requests.length;
  const socket = await dialGateway(product.gateway);
  const answered = new Promise<number>((resolve) => {
    socket.once('data', (first: Buffer) => resolve(Number(/^HTTP\/1\.1 (\d{3})/.exec(first.toString('latin1'))?.[1])));
  });
  const head = [
    `GET ${product.cluster}/api/v1/namespaces/a/pods/p/${subresource} HTTP/1.1`,
    `Host: localhost:${product.gateway.port}`,
    `Authorization: Bearer ${token}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
  ];
  socket.write(`${head.join('\r\n')}\r\n\r\n`);
  const status = await answered;
  socket.destroy();
  const api = product.api.requests.slice(before).map((request) => request.head.split(' HTTP/')[0] ?? '');
  return { status, api };
}

const review = 'POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews';

describe('threat 28: exec by GET with groups of the cluster’s own, before Kubernetes 1.35', () => {
  const streams = ['exec?command=sh', 'attach?stdin=1', 'portforward?ports=80'];

  it.each(streams)('threat 28: GET %s of somebody who may only `get` it never reaches the apiserver', async (path) => {
    says = { status: '201 Created', allowed: false };
    expect(await stream(path)).toEqual({ status: 403, api: [review] });
  });

  it.each([
    ['refuses the review', { status: '403 Forbidden', allowed: true }],
    ['says yes without a review', { status: '200 OK', allowed: true }],
    ['says what is not a yes', { status: '201 Created', allowed: 1 }],
    ['says nothing', { status: '201 Created', allowed: undefined }],
  ])('threat 28: it is refused if the cluster %s', async (_, answer) => {
    says = answer;
    expect(await stream('exec?command=sh')).toEqual({ status: 403, api: [review] });
  });

  it.each(streams)('threat 28: GET %s is opened for somebody who may `create` it', async (path) => {
    expect(await stream(path)).toEqual({
      status: 101,
      api: [review, `GET /api/v1/namespaces/a/pods/p/${path}`],
    });
  });
});
