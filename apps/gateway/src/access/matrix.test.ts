import { createPrivateKey, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { type Level, type Role, type Route, roles, routes } from '@postern/contracts';
import { type IncomingRequest, TunnelDialer, webSocketClientOptions } from '@postern/tunnel';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { makeSecret } from '../identity/bearer-secret.ts';
import { type GatewayHarness, type Person, startGatewayHarness } from '../test/gateway-harness.ts';
import { routePath } from '../test/route-path.ts';

/**
 * The authorisation matrix: every role, with every kind of binding, sends every kind of request with every kind of credential, to
 * a cluster of the organization, another one and a stranger's; and every route of the REST API. What is expected is computed
 * here, from tables of its own that share no code with the gateway.
 */

/** A binding that an account has; `namespaces` empty for all. */
interface Held {
  level: Level;
  namespaces: string[];
  /** On the cluster prod; false: it does not count there. */
  counts: boolean;
  sql: Record<string, string>;
}

const binding = (level: Level, namespaces: string[], counts: boolean, sql: Record<string, string> = {}): Held => ({
  level,
  namespaces,
  counts,
  sql,
});

const bindings: Record<string, Held[]> = {
  none: [],
  viewer: [binding('viewer', [], true)],
  editor: [binding('editor', [], true)],
  admin: [binding('admin', [], true)],
  'viewer in shop': [binding('viewer', ['shop'], true)],
  'editor in shop': [binding('editor', ['shop'], true)],
  'admin in shop and till': [binding('admin', ['shop', 'till'], true)],
  'viewer, and admin in shop': [binding('viewer', [], true), binding('admin', ['shop'], true)],
  'editor by labels': [
    binding('editor', [], true, { cluster_id: 'NULL', cluster_selector: `'{"stage":"production"}'` }),
  ],
  'admin by labels of others': [
    binding('admin', [], false, { cluster_id: 'NULL', cluster_selector: `'{"stage":"production","x":"y"}'` }),
  ],
  'admin of staging': [binding('admin', [], false, { cluster_id: "'STAGING'" })],
  'admin until yesterday': [binding('admin', [], false, { expires_at: `now() - interval '1 day'` })],
  'admin until tomorrow': [binding('admin', [], true, { expires_at: `now() + interval '1 day'` })],
  'admin, revoked': [binding('admin', [], false, { revoked_at: 'now()' })],
};

type Kind = 'discovery' | 'self-review' | 'object' | 'namespace' | 'stream' | 'proxy' | 'node-proxy' | 'other-path';

/** A request, what it is, and the namespace that it is in; null for none. */
const requests: [method: string, path: string, kind: Kind, namespace: string | null][] = [
  ['GET', '/version', 'discovery', null],
  ['GET', '/api', 'discovery', null],
  ['GET', '/apis/apps/v1', 'discovery', null],
  ['GET', '/openapi/v3', 'discovery', null],
  ['GET', '/metrics', 'other-path', null],
  ['GET', '/logs/kubelet.log', 'other-path', null],
  ['POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', 'self-review', null],
  ['POST', '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews', 'self-review', null],
  ['POST', '/apis/authorization.k8s.io/v1/subjectaccessreviews', 'object', null],
  ...['shop', 'till', 'other'].flatMap((namespace): [string, string, Kind, string | null][] => {
    const core = `/api/v1/namespaces/${namespace}`;
    const apps = `/apis/apps/v1/namespaces/${namespace}`;
    return [
      ['GET', `${core}/pods`, 'object', namespace],
      ['GET', `${core}/pods?watch=true&timeoutSeconds=1`, 'object', namespace],
      ['GET', `${core}/pods/p`, 'object', namespace],
      ['GET', `${core}/pods/p/log`, 'object', namespace],
      ['GET', `${core}/secrets/s`, 'object', namespace],
      ['POST', `${core}/configmaps`, 'object', namespace],
      ['PUT', `${core}/services/s`, 'object', namespace],
      ['PATCH', `${apps}/deployments/d`, 'object', namespace],
      ['PATCH', `${apps}/deployments/d/scale`, 'object', namespace],
      ['DELETE', `${core}/pods/p`, 'object', namespace],
      ['DELETE', `${core}/pods`, 'object', namespace],
      ['GET', `${core}/pods/p/exec?command=sh`, 'stream', namespace],
      ['POST', `${core}/pods/p/exec?command=sh`, 'stream', namespace],
      ['GET', `${core}/pods/p/attach`, 'stream', namespace],
      ['POST', `${core}/pods/p/portforward?ports=80`, 'stream', namespace],
      ['POST', `${core}/pods/p/eviction`, 'stream', namespace],
      ['GET', `${core}/services/s:80/proxy/`, 'proxy', namespace],
      ['GET', `${core}/pods/p/proxy/metrics`, 'proxy', namespace],
      ['GET', `${core}`, 'object', namespace],
      ['DELETE', `${core}`, 'namespace', namespace],
      ['PUT', `${core}/finalize`, 'namespace', namespace],
    ];
  }),
  ['GET', '/api/v1/pods', 'object', null],
  ['GET', '/api/v1/namespaces', 'object', null],
  ['GET', '/api/v1/nodes', 'object', null],
  ['GET', '/api/v1/nodes/n/proxy/exec/shop/p/c', 'node-proxy', null],
  ['POST', '/api/v1/nodes/n/proxy/run/shop/p/c', 'node-proxy', null],
  ['GET', '/apis/rbac.authorization.k8s.io/v1/clusterroles', 'object', null],
];

type Credential = 'sign-in' | 'token' | 'token without the scope' | 'kubeconfig' | 'kubeconfig of staging';
const credentials: Credential[] = [
  'sign-in',
  'token',
  'token without the scope',
  'kubeconfig',
  'kubeconfig of staging',
];

interface Account {
  name: string;
  /** Null for somebody who is not a member. */
  role: Role | null;
  held: Held[];
  secrets: Record<Credential, string>;
}

const order: Level[] = ['viewer', 'editor', 'admin'];
const highest = (levels: Level[]): Level | undefined => order.findLast((level) => levels.includes(level));

/** The level with which a request reaches the cluster prod; undefined if it must not. */
function levelFor({ role, held }: Account, [, , kind, namespace]: (typeof requests)[number]): Level | undefined {
  if (role === 'owner' || role === 'admin') return 'admin';
  const counting = held.filter(({ counts }) => counts);
  const opens = ({ namespaces }: Held): boolean => {
    if (namespaces.length === 0) return true;
    if (kind === 'discovery' || kind === 'self-review') return true;
    return kind !== 'namespace' && namespace !== null && namespaces.includes(namespace);
  };
  return highest(counting.filter(opens).map(({ level }) => level));
}

/** What the cell must be: the status of a refusal, or the group as which the request reaches the cluster. */
function expected(account: Account, credential: Credential, request: (typeof requests)[number]): number | string {
  if (account.role === null || credential === 'kubeconfig of staging') return 404;
  if (credential === 'token without the scope') return 403;
  const level = levelFor(account, request);
  const [, , kind] = request;
  if (level === undefined || kind === 'node-proxy') return 403;
  if (kind === 'proxy' && level !== 'admin') return 403;
  if (kind === 'stream' && level === 'viewer') return 403;
  return `postern:${level}`;
}

let harness: GatewayHarness;
let owner: Person;
let stranger: Person;
const accounts: Account[] = [];
const dialers: TunnelDialer[] = [];

beforeAll(async () => {
  harness = await startGatewayHarness({
    POSTERN_REQUESTS_PER_USER: '1000000',
    POSTERN_REQUESTS_PER_ORGANIZATION: '1000000',
    POSTERN_CONNECTIONS_PER_ADDRESS: '100000',
    POSTERN_NEW_CONNECTIONS_PER_ADDRESS: '100000',
    POSTERN_STREAMS_PER_USER: '100000',
    POSTERN_STREAMS_PER_ORGANIZATION: '100000',
    POSTERN_STREAMS_PER_CLUSTER: '100000',
  });
  [owner, stranger] = [await harness.signUp('acme'), await harness.signUp('stranger')];
  const prod = await harness.createCluster(owner, 'prod');
  const staging = await harness.createCluster(owner, 'staging');
  const foreign = await harness.createCluster(stranger, 'prod');
  const labels = { stage: 'production' };
  await harness.ask('PATCH', '/api/v1/organizations/acme/clusters/prod', { token: owner.token, body: { labels } });
  for (const { joining } of [prod, staging, foreign]) await connect(joining.joinToken);
  const statements: string[] = [];
  for (const role of [...roles, null]) {
    for (const [name, held] of Object.entries(bindings)) {
      if (role === null && held.length > 0) continue;
      accounts.push(
        make(`${role} with ${name}`, role, held, { prod: prod.cluster.id, staging: staging.cluster.id }, statements),
      );
    }
  }
  await harness.database.run(statements.join(';'));
}, 60_000);
afterAll(async () => {
  await Promise.all(dialers.map((dialer) => dialer.stop()));
  await harness.stop();
});

/** An agent that answers every request with the identity that it was given. */
async function connect(joinToken: string): Promise<void> {
  const enrolled = await harness.enroll(joinToken);
  const dialer = new TunnelDialer({
    urls: enrolled.tunnelUrls,
    agentId: enrolled.agentId,
    clusterId: enrolled.clusterId,
    instance: 'test',
    version: '0.1.0',
    privateKey: createPrivateKey(enrolled.privateKeyPem),
    createWebSocket: (url, protocols) =>
      new WebSocket(url, protocols, { ...webSocketClientOptions, ca: harness.caPem }),
  });
  dialers.push(dialer);
  const connected = once(dialer, 'connected');
  dialer.start();
  const [tunnel] = await connected;
  tunnel.on('request', ({ head, stream, respond }: IncomingRequest) => {
    stream.resume();
    respond({ status: 200, headers: [['content-type', 'application/json']] });
    stream.end(JSON.stringify('identity' in head ? head.identity : null));
  });
}

/** An account in the database, with a credential of each kind; the statements that make it are added. */
function make(
  name: string,
  role: Role | null,
  held: Held[],
  clusters: { prod: string; staging: string },
  statements: string[],
): Account {
  const userId = randomUUID();
  const organization = role === null ? stranger.organizationId : owner.organizationId;
  statements.push(`INSERT INTO users (id, email, password_hash) VALUES ('${userId}', '${userId}@example.com', '')`);
  statements.push(`INSERT INTO memberships VALUES ('${organization}', '${userId}', '${role ?? 'owner'}')`);
  for (const { level, namespaces, sql } of held) {
    const columns: Record<string, string> = {
      id: `'${randomUUID()}'`,
      organization_id: `'${organization}'`,
      user_id: `'${userId}'`,
      created_by_id: `'${owner.userId}'`,
      cluster_id: `'${clusters.prod}'`,
      level: `'${level}'`,
      groups: `'{}'`,
      namespaces: `'{${namespaces.join(',')}}'`,
      ...sql,
    };
    const values = Object.values(columns).join(', ').replace('STAGING', clusters.staging);
    statements.push(`INSERT INTO bindings (${Object.keys(columns).join(', ')}) VALUES (${values})`);
  }
  const secret = (kind: string, scopes: string[], clusterId: string | null = null): string => {
    const { hash, text } = makeSecret();
    const id = randomUUID();
    const cluster = clusterId === null ? 'NULL' : `'${clusterId}'`;
    statements.push(
      `INSERT INTO api_tokens (id, organization_id, user_id, user_incarnation, cluster_id, kind, name, secret_hash, hint, scopes, expires_at)
       VALUES ('${id}', '${organization}', '${userId}', 1, ${cluster}, '${kind}', 't', '\\x${hash.toString('hex')}', '', '{${scopes.join(',')}}', now() + interval '1 day')`,
    );
    return text(kind === 'kubeconfig' ? 'postern_kube' : 'postern', id);
  };
  // A kubeconfig of somebody who is not a member is for a cluster of their own organization.
  const own = role === null ? null : clusters;
  return {
    name,
    role,
    held,
    secrets: {
      'sign-in': secret('cli', []),
      token: secret('api', ['cluster:use']),
      'token without the scope': secret('api', ['cluster:read', 'token:manage']),
      kubeconfig: own === null ? '' : secret('kubeconfig', [], own.prod),
      'kubeconfig of staging': own === null ? '' : secret('kubeconfig', [], own.staging),
    },
  };
}

/** Runs cells, some at a time. */
async function runAll<T>(cells: readonly T[], run: (cell: T) => Promise<void>): Promise<void> {
  const left = [...cells];
  const worker = async (): Promise<void> => {
    for (let cell = left.pop(); cell !== undefined; cell = left.pop()) await run(cell);
  };
  await Promise.all(Array.from({ length: 16 }, worker));
}

/** For reviews of one's own rights: in a namespace that every limited binding here opens. */
const body = { spec: { namespace: 'shop', resourceAttributes: { namespace: 'shop', verb: 'get', resource: 'pods' } } };

/** The status of a refusal, or the group with which a request reached the cluster. */
async function outcome(method: string, path: string, token: string): Promise<number | string> {
  const reply = await harness.ask(method, path, { token, ...(method === 'GET' ? {} : { body }) });
  if (reply.status !== 200) return reply.status;
  return reply.json.groups.length === 1 ? reply.json.groups[0] : JSON.stringify(reply.json.groups);
}

let cells = 0;
afterAll(() => expect(cells).toBeGreaterThan(10_000));

describe('through the kube endpoint', () => {
  it('every account, credential and request gets what the table says', async () => {
    const all = accounts.flatMap((account) =>
      credentials
        .filter((credential) => account.secrets[credential] !== '')
        .flatMap((credential) => requests.map((request) => ({ account, credential, request }))),
    );
    const wrong: string[] = [];
    await runAll(all, async ({ account, credential, request }) => {
      const [method, path] = request;
      const got = await outcome(method, `/k8s/acme/prod${path}`, account.secrets[credential]);
      const want = expected(account, credential, request);
      if (got !== want) wrong.push(`${account.name}, ${credential}: ${method} ${path}: ${got}, not ${want}`);
    });
    cells += all.length;
    expect(wrong).toEqual([]);
  }, 180_000);

  it('a stranger’s cluster is not there, and staging is reached by role or its own binding alone', async () => {
    const some = requests.filter((_, index) => index % 3 === 0);
    const wrong: string[] = [];
    const all = accounts.flatMap((account) => some.map((request) => ({ account, request })));
    await runAll(all, async ({ account, request }) => {
      const [method, path, kind] = request;
      const token = account.secrets['sign-in'];
      const foreign = await outcome(method, `/k8s/stranger/prod${path}`, token);
      if (account.role !== null && foreign !== 404) wrong.push(`${account.name}: a stranger's ${path}: ${foreign}`);
      const isAdmin = account.role === 'owner' || account.role === 'admin' || account.name.endsWith('admin of staging');
      const want = account.role === null ? 404 : isAdmin && kind !== 'node-proxy' ? 'postern:admin' : 403;
      const staging = await outcome(method, `/k8s/acme/staging${path}`, token);
      if (staging !== want) wrong.push(`${account.name}: staging ${method} ${path}: ${staging}, not ${want}`);
    });
    cells += 2 * all.length;
    expect(wrong).toEqual([]);
  }, 120_000);
});

/** Permissions of each role, written down once more. */
const granted: Record<Role, string[]> = {
  member: [
    'organization:read',
    'member:read',
    'cluster:read',
    'cluster:use',
    'access:read',
    'access:request',
    'token:read',
    'token:manage',
    'session:read',
  ],
  auditor: ['access:read-all', 'service-account:read', 'session:read-all', 'session:watch', 'audit:read'],
  admin: [
    'organization:update',
    'member:manage',
    'team:manage',
    'cluster:create',
    'cluster:update',
    'cluster:delete',
    'access:read-all',
    'access:manage',
    'access:approve',
    'service-account:read',
    'service-account:manage',
    'session:read-all',
    'session:watch',
    'session:end',
    'audit:read',
  ],
  owner: ['organization:delete'],
};
granted.auditor.push(...granted.member);
granted.admin.push(...granted.member);
granted.owner.push(...granted.admin);

describe('through REST', () => {
  const ofOrganization = Object.entries<Route>(routes).filter(([, { path }]) => path.includes('{organization}'));

  it('every role and scope opens exactly the routes that the table says, in its own organization alone', async () => {
    const people = roles.map((role) => accounts.find((one) => one.role === role && one.held.length === 0) as Account);
    const wrong: string[] = [];
    for (const account of [...people, accounts.at(-1) as Account]) {
      for (const [id, route] of ofOrganization) {
        // Nothing exists that a request could change; what would take effect nevertheless is left out.
        if (id === 'leaveOrganization' || id === 'listClusters' || id === 'watchClusters') continue;
        for (const credential of ['sign-in', 'token without the scope'] as const) {
          for (const organization of ['acme', 'nobodys']) {
            const token = account.secrets[credential];
            const { status, json } = await harness.ask(route.method, routePath(route, { organization }), {
              token,
              ...(route.method === 'GET' ? {} : { body: { '?': 1 } }),
            });
            const isMember = account.role !== null && organization === 'acme';
            const hasScope = credential === 'sign-in' || ['cluster:read', 'token:manage'].includes(route.access);
            const may = isMember && granted[account.role as Role].includes(route.access) && hasScope;
            // Some routes want a fresh proof besides, and say so only to those who may.
            const isRefused = status === 403 && json.error.code !== 'step-up-required';
            const isRight = isMember ? isRefused !== may : status === 404;
            cells += 1;
            if (!isRight) wrong.push(`${account.name}, ${credential}: ${id} of ${organization}: ${status}`);
          }
        }
      }
    }
    expect(wrong).toEqual([]);
  }, 60_000);
});

describe('through the live connection', () => {
  /** Opens a live connection with a token, sends one event and returns its answer. */
  async function ask(token: string, event: string, request: object): Promise<{ error?: { code: string } }> {
    const ws = new WebSocket(`wss://localhost:${harness.port}/socket.io/?EIO=4&transport=websocket`, {
      ca: harness.caPem,
      headers: { authorization: `Bearer ${token}`, origin: harness.origin },
      perMessageDeflate: false,
    });
    try {
      return await new Promise((resolve, reject) => {
        ws.on('error', reject);
        ws.on('message', (data) => {
          const text = data.toString();
          if (text.startsWith('0{')) ws.send('40');
          if (text.startsWith('40{')) ws.send(`420${JSON.stringify([event, request])}`);
          if (text.startsWith('430')) resolve(JSON.parse(text.slice(3))[0]);
        });
      });
    } finally {
      ws.terminate();
    }
  }

  it('a terminal opens where an exec would, and clusters are listed to those who may see them', async () => {
    const wrong: string[] = [];
    const all = accounts.flatMap((account) =>
      credentials
        .filter((credential) => account.secrets[credential] !== '')
        .flatMap((credential) => ['shop', 'till', 'other'].map((namespace) => ({ account, credential, namespace }))),
    );
    await runAll(all, async ({ account, credential, namespace }) => {
      const token = account.secrets[credential];
      const answer = await ask(token, 'terminal:open', {
        organization: 'acme',
        cluster: 'prod',
        namespace,
        pod: 'p',
        viewer: randomUUID(),
        columns: 80,
        rows: 24,
      });
      const want = expected(account, credential, ['GET', '', 'stream', namespace]);
      // The agent's answer is no pod, so whatever gets there fails in another way.
      const code = answer.error?.code ?? 'opened';
      const got = code === 'denied' ? 403 : code === 'not-found' ? 404 : 'there';
      if (got !== (typeof want === 'number' ? want : 'there'))
        wrong.push(`${account.name}, ${credential}, ${namespace}: ${code}, not ${want}`);
      if (namespace !== 'shop') return;
      const listed = await ask(token, 'clusters:watch', { organization: 'acme' });
      const may = account.role !== null && (credential === 'sign-in' || credential === 'token without the scope');
      if ((listed.error === undefined) !== may)
        wrong.push(`${account.name}, ${credential}: clusters ${listed.error?.code}`);
    });
    cells += all.length;
    expect(wrong).toEqual([]);
  }, 120_000);
});
