import { createHash } from 'node:crypto';
import { once } from 'node:events';
import type { TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GatewayHarness, Person, Reply } from '../../apps/gateway/src/test/gateway-harness.ts';
import { dialGateway, type Product, startProduct, valuesOf } from './harness.ts';

/** Everything that was open must be closed, and everything new refused, this long after a revocation. */
const revokedWithinMs = 5_000;

let product: Product;
let gateway: GatewayHarness;
let owner: Person;

const webSocketKey = 'AAAAAAAAAAAAAAAAAAAAAA==';

/** An apiserver whose watches go on for ever, and whose execs read whatever they get. */
function endless(head: string, socket: TLSSocket): void {
  const [key] = valuesOf(head, 'sec-websocket-key');
  if (key === undefined) {
    const isWatch = head.startsWith('GET') && head.includes('watch=1');
    const answer = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n';
    socket.write(
      `${answer}${isWatch ? 'transfer-encoding: chunked\r\n\r\n3\r\n{}\n\r\n' : 'content-length: 2\r\n\r\n{}'}`,
    );
    return;
  }
  const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
  socket.resume();
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: ${accept}\r\nSec-WebSocket-Protocol: v5.channel.k8s.io\r\n\r\n`,
  );
}

beforeAll(async () => {
  product = await startProduct({ answer: endless });
  ({ gateway, owner } = product);
});
afterAll(() => product[Symbol.asyncDispose]());

const byOwner = async (method: string, path: string, body?: object): Promise<Reply> => {
  const reply = await gateway.ask(method, `/api/v1/organizations/${owner.slug}${path}`, { token: owner.token, body });
  if (reply.status >= 300) throw new Error(`${method} ${path}: ${reply.status} ${reply.text}`);
  return reply;
};

interface Colleague {
  person: Person;
  /** The id of `person`'s token, their team, and the binding of the team. */
  token: string;
  team: string;
  binding: string;
}

let counter = 0;
/** A member who may edit the cluster through a team, with an API token. */
async function colleague(): Promise<Colleague> {
  counter += 1;
  const [name, team] = [`colleague-${counter}`, `team-${counter}`];
  const signedUp = await gateway.signUp(name);
  await byOwner('POST', '/teams', { name: team, slug: team });
  const invited = await byOwner('POST', '/invitations', { email: signedUp.email, teams: [team] });
  const body = { secret: new URL(invited.json.link).hash.slice(1) };
  await gateway.ask('POST', '/api/v1/invitations/accept', { token: signedUp.token, body });
  const bound = await byOwner('POST', '/access', { team, cluster: 'prod', level: 'admin' });
  const made = await gateway.ask('POST', `/api/v1/organizations/${owner.slug}/tokens`, {
    token: signedUp.token,
    body: { name },
  });
  if (made.status !== 201) throw new Error(made.text);
  return {
    person: { ...signedUp, token: made.json.secret },
    token: made.json.token.id,
    team,
    binding: bound.json.id,
  };
}

/** Sends a request on a connection of its own. @returns the connection once the beginning of the answer is there. */
async function open(
  { token }: Person,
  line: string,
  headers: string[],
): Promise<{ socket: TLSSocket; status: number }> {
  const [method, path] = line.split(' ');
  const socket = await dialGateway(gateway);
  const head = [
    `${method} ${product.cluster}${path} HTTP/1.1`,
    `Host: localhost:${gateway.port}`,
    `Authorization: Bearer ${token}`,
    ...headers,
  ];
  socket.write(`${head.join('\r\n')}\r\n\r\n`);
  const [first] = (await once(socket, 'data')) as [Buffer];
  socket.resume();
  return { socket, status: Number(/^HTTP\/1\.1 (\d{3})/.exec(first.toString('latin1'))?.[1]) };
}

const watch = (person: Person): ReturnType<typeof open> => open(person, 'GET /api/v1/pods?watch=1', []);
const exec = (person: Person): ReturnType<typeof open> =>
  open(person, 'GET /api/v1/namespaces/a/pods/p/exec?command=sh&stdin=1', [
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    `Sec-WebSocket-Key: ${webSocketKey}`,
    'Sec-WebSocket-Protocol: v5.channel.k8s.io',
  ]);
const list = async ({ token }: Person): Promise<number> =>
  (await gateway.ask('GET', `${product.cluster}/api/v1/pods`, { token })).status;

/** Ways to take access away, and what a new request gets then. */
const ways: [row: number, what: string, refusals: number[], revoke: (of: Colleague) => Promise<unknown>][] = [
  [
    9,
    'their token is revoked',
    [401],
    ({ token, person }) =>
      gateway.ask('DELETE', `/api/v1/organizations/${owner.slug}/tokens/${token}`, { token: person.token }),
  ],
  [
    9,
    'they are removed from the organization',
    [401, 404],
    ({ person }) => byOwner('DELETE', `/members/${person.userId}`),
  ],
  [
    9,
    'another replica disables their account',
    [401],
    ({ person }) => gateway.database.run(`UPDATE users SET disabled_at = now() WHERE id = '${person.userId}'`),
  ],
  [
    9,
    'another replica deletes their membership',
    [401, 404],
    ({ person }) =>
      gateway.database.run(
        `DELETE FROM memberships WHERE user_id = '${person.userId}' AND organization_id = '${owner.organizationId}'`,
      ),
  ],
  [16, 'the binding is revoked', [403], ({ binding }) => byOwner('DELETE', `/access/${binding}`)],
  [
    16,
    'they leave the team',
    [403],
    ({ team, person }) => byOwner('DELETE', `/teams/${team}/members/${person.userId}`),
  ],
  [16, 'the team is deleted', [403], ({ team }) => byOwner('DELETE', `/teams/${team}`)],
  [
    16,
    'the binding expires',
    [403],
    ({ binding }) => gateway.database.run(`UPDATE bindings SET expires_at = now() WHERE id = '${binding}'`),
  ],
];

/** What reached the apiserver in the name of a person. */
const requestsOf = ({ email }: Person): Product['api']['requests'] =>
  product.api.requests.filter(({ head }) => valuesOf(head, 'impersonate-user').includes(`postern:${email}`));

/** Waits for the end of a connection; unlike `once`, a reset is an end like any other. */
const ended = (socket: TLSSocket, event: 'end' | 'close'): Promise<void> =>
  new Promise((resolve) => socket.once(event, () => resolve()));

/** The apiserver's end of a person's exec. */
const execOf = (person: Person): TLSSocket => {
  const found = requestsOf(person).find(({ head }) => head.includes('/exec?'));
  if (found === undefined) throw new Error('no exec reached the apiserver');
  return found.socket;
};

describe.concurrent('revocation within 5 s of everything that is open', () => {
  it.each(ways)(
    'threat %i and threat 10: once %s, a watch and an exec end, input reaches nothing, and new requests get %j',
    { timeout: 30_000 },
    async (_row, _what, refusals, revoke) => {
      const of = await colleague();
      const [watched, shell] = await Promise.all([watch(of.person), exec(of.person)]);
      expect([await list(of.person), watched.status, shell.status]).toEqual([200, 200, 101]);
      const upstream = execOf(of.person);
      const ends = Promise.all([
        ...[watched, shell].map(({ socket }) => ended(socket, 'close')),
        Promise.race([ended(upstream, 'end'), ended(upstream, 'close')]),
      ]);
      const start = performance.now();
      await revoke(of);
      await ends;
      expect(performance.now() - start).toBeLessThan(revokedWithinMs);
      while (!refusals.includes(await list(of.person)))
        if (performance.now() - start > revokedWithinMs) throw new Error('a new request is not refused within 5 s');
      const before = requestsOf(of.person).length;
      expect(refusals).toContain(await list(of.person));
      expect(requestsOf(of.person)).toHaveLength(before);
    },
  );

  it('threat 10: until then, what is typed reaches the cluster', async () => {
    const { person } = await colleague();
    const { socket } = await exec(person);
    const arrived = once(execOf(person), 'data');
    // A masked binary frame of three bytes: channel 0, and two letters.
    socket.write(Buffer.from([0x82, 0x83, 0, 0, 0, 0, 0, 0x68, 0x69]));
    const [bytes] = (await arrived) as [Buffer];
    expect(bytes.length).toBeGreaterThan(0);
    socket.destroy();
  });
});
