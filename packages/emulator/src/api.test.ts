import { connect } from 'node:http2';
import { until } from '@postern/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Emulator, startEmulator } from './emulator.ts';
import { ask, linesOf, TABLE } from './test/client.ts';

let emulator: Emulator;
beforeAll(async () => {
  emulator = await startEmulator({ shell: 'off' });
});
afterAll(() => emulator.close());

const get = (path: string, headers?: Record<string, string>) =>
  ask(emulator, path, headers === undefined ? {} : { headers });
const asViewer = { 'impersonate-user': 'postern:a@example.com', 'impersonate-group': 'postern:viewer' };
const DEPLOYMENTS = '/apis/apps/v1/namespaces/shop/deployments';

describe('authentication', () => {
  it('requires the token, except for health and version', async () => {
    expect((await ask(emulator, '/api/v1/pods', { token: null })).json).toMatchObject({
      reason: 'Forbidden',
      code: 403,
    });
    expect((await ask(emulator, '/api/v1/pods', { token: 'wrong' })).json).toMatchObject({ reason: 'Unauthorized' });
    expect((await ask(emulator, '/readyz?verbose', { token: null })).text).toContain('[+]ping ok');
    expect((await ask(emulator, '/version', { token: null })).json.major).toBe('1');
  });

  it('acts as the impersonated user, with one group per header line', async () => {
    const headers = { 'impersonate-user': 'postern:a', 'impersonate-group': ['postern:viewer', 'x, system:masters'] };
    const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };
    const path = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
    const { json } = await ask(emulator, path, { method: 'POST', body, headers });
    expect(json.status.userInfo).toEqual({
      username: 'postern:a',
      groups: ['postern:viewer', 'x, system:masters', 'system:authenticated'],
    });
    expect((await get('/api/v1/pods', { 'impersonate-group': 'system:masters' })).status).toBe(400);
  });

  it('lets a viewer read what it may see, and write nothing', async () => {
    expect((await get('/api/v1/pods', asViewer)).status).toBe(200);
    const secrets = await get('/api/v1/namespaces/shop/secrets', asViewer);
    expect(secrets.json.message).toBe(
      'secrets is forbidden: User "postern:a@example.com" cannot list resource "secrets" in API group "" in the namespace "shop"',
    );
    const deletion = await ask(emulator, `${DEPLOYMENTS}/frontend`, { method: 'DELETE', headers: asViewer });
    expect(deletion.status).toBe(403);
    const exec = '/api/v1/namespaces/shop/pods/postgres-0/exec?command=ls&stdout=true';
    expect((await get(exec, asViewer)).status).toBe(403);
  });

  it('lets nobody grant more than they have', async () => {
    const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'admin' };
    const subjects = [{ kind: 'User', name: 'bob', apiGroup: 'rbac.authorization.k8s.io' }];
    const path = '/apis/rbac.authorization.k8s.io/v1/namespaces/shop/rolebindings';
    const bind = (name: string, role: string, headers: Record<string, string>) => {
      const body = { metadata: { name }, roleRef: { ...roleRef, name: role }, subjects };
      return ask(emulator, path, { method: 'POST', body, headers });
    };
    expect((await bind('first', 'admin', {})).status).toBe(201);
    expect((await bind('second', 'view', { 'impersonate-user': 'bob' })).status).toBe(201);
    expect((await bind('third', 'cluster-admin', { 'impersonate-user': 'bob' })).status).toBe(403);
  });
});

describe('discovery', () => {
  it('is the same aggregated and by group', async () => {
    const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json';
    const { json, headers } = await get('/apis', { accept });
    expect(headers['content-type']).toContain('as=APIGroupDiscoveryList');
    for (const group of json.items) {
      const [version] = group.versions;
      const plain = await get(`/apis/${group.metadata.name}/${version.version}`);
      const names = plain.json.resources
        .map(({ name }: { name: string }) => name)
        .filter((name: string) => !name.includes('/'));
      expect(version.resources.map(({ resource }: { resource: string }) => resource)).toEqual(names);
    }
  });

  it('adds and removes a kind with its custom resource definition', async () => {
    const names = { kind: 'Lamp', plural: 'lamps' };
    const versions = [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }];
    const spec = { group: 'example.com', scope: 'Namespaced', names, versions };
    const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
    await ask(emulator, definitions, { method: 'POST', body: { metadata: { name: 'lamps.example.com' }, spec } });
    const lamps = '/apis/example.com/v1/namespaces/default/lamps';
    const lamp = { apiVersion: 'example.com/v1', kind: 'Lamp', metadata: { name: 'desk' }, bright: true };
    expect((await ask(emulator, lamps, { method: 'POST', body: lamp })).status).toBe(201);
    expect((await get(lamps, { accept: TABLE })).json.rows[0].cells[0]).toBe('desk');
    await ask(emulator, `${definitions}/lamps.example.com`, { method: 'DELETE' });
    expect((await get(lamps)).status).toBe(404);
  });

  it('is also served over HTTP/2', async () => {
    const session = connect(emulator.url, { ca: emulator.caPem });
    const stream = session.request({ ':path': '/api/v1', authorization: `Bearer ${emulator.token}` });
    let text = '';
    for await (const chunk of stream) text += chunk;
    session.close();
    expect(JSON.parse(text).kind).toBe('APIResourceList');
  });
});

describe('tables', () => {
  it('prints every kind that can be listed', async () => {
    const lists = [
      '/api/v1',
      '/apis/apps/v1',
      '/apis/batch/v1',
      '/apis/rbac.authorization.k8s.io/v1',
      '/apis/demo.postern.dev/v1',
    ];
    for (const path of lists) {
      const { json } = await get(path);
      for (const { name, verbs } of json.resources) {
        if (!verbs.includes('list') || name.includes('/')) continue;
        const table = (await get(`${path}/${name}`, { accept: TABLE })).json;
        expect(table.kind, name).toBe('Table');
        for (const row of table.rows) {
          expect(row.cells, name).toHaveLength(table.columnDefinitions.length);
          expect(row.object.kind, name).toBe('PartialObjectMetadata');
        }
      }
    }
  });

  it('prints pods like a real apiserver', async () => {
    const { json } = await get('/api/v1/namespaces/shop/pods', { accept: TABLE });
    expect(json.columnDefinitions.map(({ name }: { name: string }) => name)).toEqual([
      'Name',
      'Ready',
      'Status',
      'Restarts',
      'Age',
      'IP',
      'Node',
      'Nominated Node',
      'Readiness Gates',
    ]);
    const cellsOf = (name: string) =>
      json.rows.find(({ cells }: { cells: string[] }) => cells[0]?.startsWith(name)).cells;
    expect(cellsOf('checkout-').slice(1, 4)).toEqual(['2/2', 'Running', '0']);
    expect(cellsOf('recommendations-').slice(1, 3)).toEqual(['0/1', 'Pending']);
    expect(cellsOf('payments-')[3]).toMatch(/^\d+ \(\d+.* ago\)$/);
  });

  it('omits the objects or includes them whole, as requested', async () => {
    const none = await get('/api/v1/nodes?includeObject=None', { accept: TABLE });
    expect(none.json.rows[0].object).toBeNull();
    const whole = await get('/api/v1/nodes?includeObject=Object', { accept: TABLE });
    expect(whole.json.rows[0].object.kind).toBe('Node');
    expect((await get('/api/v1/nodes', { accept: 'application/yaml' })).json.code).toBe(406);
  });
});

describe('lists and watches', () => {
  /** The identifiers of all pods but those of the cron job, which come and go every five minutes. */
  const uidsOf = (items: { metadata: { uid: string; name: string } }[]): string[] =>
    items.filter(({ metadata }) => !metadata.name.startsWith('cart-cleanup-')).map(({ metadata }) => metadata.uid);

  it('pages with the remaining count, and misses nothing', async () => {
    const uids: string[] = [];
    let token = '';
    do {
      const { json } = await get(`/api/v1/pods?limit=4&continue=${token}`);
      uids.push(...uidsOf(json.items));
      token = json.metadata.continue ?? '';
      if (token !== '') expect(json.metadata.remainingItemCount).toBeGreaterThan(0);
    } while (token !== '');
    expect(uids).toEqual(uidsOf((await get('/api/v1/pods')).json.items));
    expect((await get('/api/v1/pods?limit=1&continue=nonsense')).json.code).toBe(400);
  });

  it('selects by labels and fields', async () => {
    const names = async (query: string) =>
      (await get(`/api/v1/pods?${query}`)).json.items.map(
        ({ metadata }: { metadata: { name: string } }) => metadata.name,
      );
    expect(await names('labelSelector=app.kubernetes.io/name%20in%20(postgres)')).toEqual(['postgres-0', 'postgres-1']);
    expect(await names('fieldSelector=metadata.name%3Dpostgres-0')).toEqual(['postgres-0']);
    const pending = await names(
      'fieldSelector=status.phase%3DPending&labelSelector=app.kubernetes.io/name%21%3Dcart-cleanup',
    );
    expect(pending.map((name: string) => name.split('-')[0]).sort()).toEqual(['mailer', 'recommendations']);
    const refused = await get('/api/v1/pods?fieldSelector=spec.colour%3Dred');
    expect(refused.json).toMatchObject({ code: 400, message: 'field label not supported: spec.colour' });
  });

  it('sends columns only in the first table of a watch, and reports objects that start or stop matching', async () => {
    const { json } = await get('/api/v1/namespaces/default/configmaps');
    const from = json.metadata.resourceVersion;
    const path = `/api/v1/namespaces/default/configmaps?watch=1&resourceVersion=${from}&labelSelector=a%3Db`;
    const watching = linesOf(emulator, path, { enough: (lines) => lines.length === 3, headers: { accept: TABLE } });
    const maps = '/api/v1/namespaces/default/configmaps';
    const body = { metadata: { name: 'watched', labels: { a: 'b' } }, data: { x: '1' } };
    await ask(emulator, maps, { method: 'POST', body });
    const headers = { 'content-type': 'application/merge-patch+json' };
    await ask(emulator, `${maps}/watched`, { method: 'PATCH', headers, body: { data: { y: '2' } } });
    await ask(emulator, `${maps}/watched`, { method: 'PATCH', headers, body: { metadata: { labels: { a: 'c' } } } });
    const events = (await watching).map((line) => JSON.parse(line));
    expect(events.map(({ type }) => type)).toEqual(['ADDED', 'MODIFIED', 'DELETED']);
    expect(events.map(({ object }) => object.columnDefinitions?.length)).toEqual([3, undefined, undefined]);
    expect(events[1].object.rows[0].cells.slice(0, 2)).toEqual(['watched', 2]);
  });

  it('makes a watch that is too far behind list again', async () => {
    const [line = ''] = await linesOf(emulator, '/api/v1/pods?watch=1&resourceVersion=7', { enough: () => true });
    expect(JSON.parse(line)).toMatchObject({ type: 'ERROR', object: { code: 410, reason: 'Expired' } });
    const ahead = await get(`/api/v1/pods?watch=1&resourceVersion=${Number.MAX_SAFE_INTEGER}`);
    expect(ahead.json).toMatchObject({ code: 504, reason: 'Timeout' });
  });
});

describe('writes', () => {
  it('refuses with the messages of the apiserver', async () => {
    const pods = '/api/v1/namespaces/shop/pods';
    expect((await get(`${pods}/nope`)).json).toMatchObject({ code: 404, message: 'pods "nope" not found' });
    const map = { metadata: { name: 'twice' } };
    const maps = '/api/v1/namespaces/shop/configmaps';
    await ask(emulator, maps, { method: 'POST', body: map });
    const again = await ask(emulator, maps, { method: 'POST', body: map });
    expect(again.json).toMatchObject({
      code: 409,
      reason: 'AlreadyExists',
      message: 'configmaps "twice" already exists',
    });
    const stale = { metadata: { name: 'twice', resourceVersion: '1' } };
    const conflict = await ask(emulator, `${maps}/twice`, { method: 'PUT', body: stale });
    expect(conflict.json).toMatchObject({ code: 409, reason: 'Conflict' });
    const nowhere = await ask(emulator, '/api/v1/namespaces/no/configmaps', { method: 'POST', body: map });
    expect(nowhere.json.message).toBe('namespaces "no" not found');
    const misnamed = await ask(emulator, maps, { method: 'POST', body: { metadata: { name: 'No_Name' } } });
    expect(misnamed.json).toMatchObject({ code: 422, reason: 'Invalid' });
    const misshapen = { metadata: { name: 'x' }, spec: { containers: 'none' } };
    expect((await ask(emulator, pods, { method: 'POST', body: misshapen })).json).toMatchObject({ code: 400 });
    expect((await ask(emulator, '/version', { method: 'POST' })).json.code).toBe(405);
  });

  it('refuses hostile bodies', async () => {
    const maps = '/api/v1/namespaces/shop/configmaps';
    const send = (body: Buffer, type = 'application/json') =>
      ask(emulator, maps, { method: 'POST', body, headers: { 'content-type': type } });
    expect((await send(Buffer.from('{"__proto__":{"polluted":1},"metadata":{"name":"x"}}'))).json.code).toBe(400);
    expect((await send(Buffer.from('{'))).json.code).toBe(400);
    expect((await send(Buffer.from('k8s\0\xff\xff', 'latin1'), 'application/vnd.kubernetes.protobuf')).json.code).toBe(
      415,
    );
    expect((await send(Buffer.alloc(4 * 1024 * 1024, ' '))).json.code).toBe(413);
    expect((await send(Buffer.from('a=b'), 'application/x-www-form-urlencoded')).json.code).toBe(415);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });

  it('stores nothing in a dry run', async () => {
    const maps = '/api/v1/namespaces/shop/configmaps';
    const body = { metadata: { name: 'dry' } };
    expect((await ask(emulator, `${maps}?dryRun=All`, { method: 'POST', body })).status).toBe(201);
    expect((await get(`${maps}/dry`)).status).toBe(404);
  });
});

describe('controllers', () => {
  const pods = async (name: string) => {
    const { json } = await get(`/api/v1/namespaces/shop/pods?labelSelector=app.kubernetes.io/name%3D${name}`);
    return json.items as {
      metadata: { name: string; uid: string; deletionTimestamp?: string };
      status: { phase: string };
    }[];
  };

  it('scale a deployment and replace a deleted pod', async () => {
    const path = `${DEPLOYMENTS}/catalog/scale`;
    const headers = { 'content-type': 'application/merge-patch+json' };
    await ask(emulator, path, { method: 'PATCH', headers, body: { spec: { replicas: 3 } } });
    const running = async () => {
      const found = await pods('catalog');
      const isRunning = found.every(
        ({ status, metadata }) => status.phase === 'Running' && !metadata.deletionTimestamp,
      );
      return found.length === 3 && isRunning && found;
    };
    const before = await until(running);
    const victim = before[0]?.metadata;
    await ask(emulator, `/api/v1/namespaces/shop/pods/${victim?.name}`, { method: 'DELETE' });
    const replaced = async () => {
      const found = await running();
      return found && !found.some(({ metadata }) => metadata.uid === victim?.uid);
    };
    await until(replaced);
    await until(async () => {
      const { json } = await get('/api/v1/namespaces/shop/endpoints/catalog');
      return json.subsets[0].addresses.length === 3;
    });
  });

  it('empty a namespace before removing it', async () => {
    await ask(emulator, '/api/v1/namespaces', { method: 'POST', body: { metadata: { name: 'short' } } });
    const container = { name: 'c', image: 'x' };
    const body = { metadata: { name: 'p' }, spec: { containers: [container], terminationGracePeriodSeconds: 0 } };
    await ask(emulator, '/api/v1/namespaces/short/pods', { method: 'POST', body });
    await ask(emulator, '/api/v1/namespaces/short', { method: 'DELETE' });
    await until(async () => (await get('/api/v1/namespaces/short')).status === 404);
    expect((await get('/api/v1/namespaces/short/pods')).json.items).toEqual([]);
  });
});

describe('logs and metrics', () => {
  it('returns the same lines with and without timestamps', async () => {
    const log = '/api/v1/namespaces/shop/pods/postgres-0/log';
    // The first lines, because others are added all the time.
    const first = async (query: string) => (await get(`${log}?${query}`)).text.trim().split('\n').slice(0, 5);
    const plain = await first('limitBytes=10000');
    const timed = await first('limitBytes=10000&timestamps=true');
    expect(timed.map((line) => line.slice(line.indexOf(' ') + 1))).toEqual(plain);
    expect(timed.every((line) => /^\d{4}-\d\d-\d\dT[\d:.]{18}Z /.test(line))).toBe(true);
    expect((await get(`${log}?previous=true`)).json.message).toContain('previous terminated container');
    expect((await get(`${log}?tailLines=-1`)).status).toBe(400);
  });

  it('follows, and shows the previous run', async () => {
    const { json } = await get('/api/v1/namespaces/shop/pods');
    const named = (prefix: string) =>
      json.items.find(({ metadata }: { metadata: { name: string } }) => metadata.name.startsWith(prefix)).metadata.name;
    const path = (name: string, query: string) => `/api/v1/namespaces/shop/pods/${name}/log?${query}`;
    const followed = path(named('frontend-'), 'follow=true&tailLines=0');
    expect(await linesOf(emulator, followed, { enough: () => true })).toHaveLength(1);
    expect((await get(path(named('payments-'), 'previous=true'))).text).toContain('cannot start without a signing key');
    expect((await get(path(named('checkout-'), ''))).json.message).toMatch(
      /choose one of: \[checkout metrics-exporter\]/,
    );
    expect((await get(path(named('recommendations-'), ''))).status).toBe(400);
  });

  it('rotates the log of a pod that asks for it: streams end without an error, and the next file has the lines since', async () => {
    const pods = '/api/v1/namespaces/shop/pods';
    const metadata = { name: 'rotating', annotations: { 'demo.postern.dev/log': 'every 50ms, rotated every 1s' } };
    const spec = { containers: [{ name: 'app', image: 'example.com/app:1' }] };
    const body = { apiVersion: 'v1', kind: 'Pod', metadata, spec };
    expect((await ask(emulator, pods, { method: 'POST', body })).status).toBe(201);
    await until(async () => (await get(`${pods}/rotating`)).json.status?.phase === 'Running');
    const ticksOf = (text: string) => [...text.matchAll(/tick (\d+)/g)].map(([, tick]) => Number(tick));
    const first = ticksOf((await get(`${pods}/rotating/log?follow=true`)).text);
    const second = ticksOf((await get(`${pods}/rotating/log?follow=true`)).text);
    // Each is one file of 20 lines; on a busy machine, there may have been others before and between.
    for (const ticks of [first, second]) {
      const start = ticks[0] ?? Number.NaN;
      expect(start % 20).toBe(0);
      expect(ticks).toEqual(Array.from({ length: 20 }, (_, index) => start + index));
    }
    expect(second[0]).toBeGreaterThan(first[0] ?? Number.NaN);
  });

  it('measures nodes', async () => {
    const { json } = await get('/apis/metrics.k8s.io/v1beta1/nodes');
    expect(json.items).toHaveLength(3);
    expect(json.items[0].usage.cpu).toMatch(/^\d+n$/);
  });
});
