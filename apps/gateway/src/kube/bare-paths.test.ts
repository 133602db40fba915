import { connect as http2Connect } from 'node:http2';
import { until, useLeakCheck } from '@postern/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { clusterId, type KubeHarness, readAll, startKubeHarness } from '../test/kube-harness.ts';

// Tools that keep only the host of a kubeconfig (kubectl proxy, `kubectl get --raw`, clients given host and token) request
// Kubernetes paths without the prefix `/k8s/…`.

useLeakCheck();

const token = 'postern_kube_ada';

let harness: KubeHarness;
beforeEach(async () => {
  harness = await startKubeHarness();
  const principal = harness.signIn(token, 'kubeconfig');
  principal.credential.clusterId = clusterId;
});
afterEach(() => harness.close());

const headers = { authorization: `Bearer ${token}` };

describe('a credential for one cluster', () => {
  it.each([
    '/',
    '/api',
    '/api/v1/pods?limit=5',
    '/api/v1/namespaces/a/pods/p',
    '/apis/apps/v1/deployments',
    '/version',
    '/healthz',
    '/readyz?verbose',
    '/openapi/v3',
    '/api/v1/tokens',
    '/api/v1/organizations/acme/clusters',
    '/api/v1/auth/me',
    '/install.yaml',
  ])('forwards %s unchanged', async (path) => {
    expect(await harness.fetch(path, { headers })).toMatchObject({ status: 200, body: '{"kind":"PodList"}' });
    expect(harness.seen).toMatchObject([{ path, cluster: clusterId, identity: { groups: ['postern:admin'] } }]);
    expect(harness.seen[0]?.headers.some(([name]) => name === 'authorization')).toBe(false);
  });

  it('also works under the cluster’s /k8s path', async () => {
    await harness.fetch('/k8s/acme/prod/api/v1/pods', { headers });
    expect(harness.seen).toMatchObject([{ path: '/api/v1/pods' }]);
  });

  it('works over HTTP/2', async () => {
    const session = http2Connect(`https://127.0.0.1:${harness.port}`, { ca: harness.cert });
    const stream = session.request({ ':path': '/api/v1/pods', ...headers });
    stream.resume();
    await until(() => stream.closed);
    expect(harness.seen).toMatchObject([{ path: '/api/v1/pods' }]);
    session.close();
  });

  it('opens streams', async () => {
    harness.onRequest = (request) => {
      request.respond({ status: 101, headers: [['upgrade', 'websocket']] });
      request.stream.end('hello');
    };
    const socket = await harness.connect();
    socket.end(
      `GET /api/v1/namespaces/a/pods/p/exec?command=sh HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
    );
    expect(await readAll(socket)).toMatch(/^HTTP\/1\.1 101 .*hello$/s);
    expect(harness.sessions.sessions).toMatchObject([{ kind: 'exec', pod: 'p', command: ['sh'] }]);
  });

  it('is refused what is refused under the cluster’s /k8s path', async () => {
    const refused: [string, number][] = [
      ['/api/v1/nodes/n/proxy/exec', 403],
      ['/api/v1/pods%00', 400],
      ['/api/v1/..%2f', 400],
      ['//api/v1', 400],
      ['/k8s', 404],
      ['/k8s/acme', 404],
      ['/k8s/acme/other/api', 404],
    ];
    for (const [path, status] of refused) expect((await harness.fetch(path, { headers })).status, path).toBe(status);
    const asAnother = { ...headers, 'impersonate-user': 'system:admin' };
    expect((await harness.fetch('/api', { headers: asAnother })).status).toBe(403);
    expect((await harness.fetch('/tunnel', { headers })).status).toBe(426);
    expect((await harness.fetch('/socket.io/', { headers })).status).toBe(426);
    expect(harness.seen).toEqual([]);
  });

  it('that is invalid gets a Status, and the cookie is ignored', async () => {
    harness.authenticator.principals.delete(token);
    const cookie = 'session=eve';
    harness.signIn('eve', 'browser');
    for (const path of ['/', '/api/v1/tokens', '/version', '/healthz']) {
      const answer = await harness.fetch(path, { headers: { ...headers, cookie } });
      expect(answer.status).toBe(401);
      expect(JSON.parse(answer.body)).toMatchObject({ kind: 'Status', reason: 'Unauthorized' });
    }
    expect(harness.seen).toEqual([]);
  });

  it('is 404 if the cluster is unknown or no longer accessible', async () => {
    const principal = harness.authenticator.principals.get(token);
    if (principal === undefined) throw new Error('no principal');
    principal.credential.clusterId = 'another';
    expect((await harness.fetch('/api', { headers })).status).toBe(404);
    principal.credential.clusterId = clusterId;
    principal.memberships = [];
    expect((await harness.fetch('/api', { headers })).status).toBe(404);
    // A token with this prefix that is not bound to a cluster does not name one.
    harness.signIn(token, 'api');
    expect((await harness.fetch('/api', { headers })).status).toBe(404);
    expect(harness.seen).toEqual([]);
  });
});

it('other credentials get the API', async () => {
  for (const other of [{}, { authorization: 'Bearer ada' }, { authorization: 'Bearer postern_ada' }]) {
    expect(await harness.fetch('/api/v1/pods', { headers: other })).toMatchObject({ status: 200, body: 'api' });
  }
  expect(harness.seen).toEqual([]);
});
