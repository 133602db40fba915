import { once } from 'node:events';
import { until, useLeakCheck } from '@postern/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { acme, clusterId, type KubeHarness, kubePath, readAll, startKubeHarness } from '../test/kube-harness.ts';

useLeakCheck();

let harness: KubeHarness;
beforeEach(async () => {
  harness = await startKubeHarness();
});
afterEach(() => harness.close());

const ofRequests = () => harness.audit.events.filter(({ action }) => action !== 'agent.connect');

/** The entries of requests, once there are that many. */
const entries = (count: number) => until(() => (ofRequests().length >= count ? ofRequests() : undefined));

const failClosed = (): void => {
  for (const cluster of harness.directory.clusters) cluster.auditMode = 'fail-closed';
};

describe('a request to a cluster', () => {
  it('is one entry, at its end', async () => {
    const body = '{"kind":"Pod"}';
    await harness.fetch(`${kubePath}/api/v1/namespaces/shop/pods?dryRun=All`, {
      method: 'POST',
      body,
      headers: { authorization: 'Bearer ada', 'user-agent': 'kubectl/v1.34.1', 'content-type': 'application/json' },
    });
    const [event, ...others] = await entries(1);
    expect(others).toEqual([]);
    expect(event).toMatchObject({
      organizationId: acme,
      action: 'kube.request',
      phase: null,
      decision: 'allowed',
      source: 'kubectl',
      actor: { id: 'user-ada', name: 'ada@example.com', kind: 'person' },
      credential: { kind: 'api', id: 'credential-ada' },
      identity: { real: null, user: 'postern:ada@example.com', groups: ['postern:admin'] },
      cluster: { id: clusterId, name: 'prod' },
      verb: 'create',
      resource: 'pods',
      namespace: 'shop',
      status: 200,
      bytesUp: body.length,
      bytesDown: '{"kind":"PodList"}'.length,
      address: expect.stringContaining('127.0.0.1'),
    });
  });

  it('that the cluster refuses says so, and one that Postern refuses says why', async () => {
    harness.onRequest = ({ respond, stream }) => {
      respond({ status: 403, headers: [] });
      stream.resume();
      stream.end('{}');
    };
    await harness.fetch(`${kubePath}/api/v1/namespaces/shop/secrets/tls`);
    await harness.fetch(`${kubePath}/api/v1/nodes/n/proxy/pods`);
    const [byCluster, byUs] = await entries(2);
    expect(byCluster).toMatchObject({
      decision: 'refused',
      status: 403,
      reason: 'The cluster refused it.',
      name: 'tls',
    });
    expect(byUs).toMatchObject({
      decision: 'refused',
      status: 403,
      reason: expect.stringContaining('never opens a node'),
      resource: 'nodes',
      name: 'n',
    });
  });

  it('to an offline cluster is an error; without a credential, or to somebody else, it is nobody’s entry', async () => {
    await harness.dialer.stop();
    await until(() => !harness.registry.isOnline(clusterId));
    await harness.fetch(`${kubePath}/version`);
    await harness.fetch(`${kubePath}/version`, { headers: { authorization: 'Bearer nobody' } });
    await harness.fetch('/k8s/other/prod/version');
    await harness.fetch('/k8s/acme/unknown/version');
    const [offline, unknown, ...others] = await entries(2);
    expect(offline).toMatchObject({ decision: 'error', status: 503, details: { path: '/version' } });
    expect(unknown).toMatchObject({ decision: 'refused', status: 404, cluster: { id: null, name: 'unknown' } });
    expect(others).toEqual([]);
  });

  it('that lasts has an entry when it starts and one when it ends', async () => {
    let end = (): void => {};
    harness.onRequest = ({ respond, stream }) => {
      respond({ status: 200, headers: [] });
      stream.resume();
      stream.write('event');
      end = () => stream.end();
    };
    const watching = harness.fetch(`${kubePath}/api/v1/pods?watch=1`);
    const [started] = await entries(1);
    expect(started).toMatchObject({ action: 'kube.watch', phase: 'start', verb: 'watch' });
    end();
    await watching;
    const [, ended] = await entries(2);
    expect(ended).toMatchObject({ phase: 'end', request: started?.request, status: 200, bytesDown: 5 });
  });

  it('that runs a command has the session and the command, not the secrets in it', async () => {
    harness.onRequest = ({ respond, stream }) => {
      respond({ status: 101, headers: [['upgrade', 'SPDY/3.1']] });
      stream.on('data', () => {});
      stream.once('end', () => stream.end('said'));
    };
    const socket = await harness.connect();
    const command = `command=sh&command=-c&command=${encodeURIComponent('curl -H "Authorization: Bearer canary1234567890"')}`;
    socket.write(
      `POST ${kubePath}/api/v1/namespaces/shop/pods/web-0/exec?container=app&${command} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ada\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n\r\n`,
    );
    const [started] = await entries(1);
    expect(started).toMatchObject({
      action: 'kube.exec',
      phase: 'start',
      verb: 'create',
      subresource: 'exec',
      name: 'web-0',
      session: '0190cccc-0000-7000-8000-000000000000',
      details: { container: 'app', command: ['sh', '-c', expect.stringContaining('[secret]')] },
    });
    socket.end('typed');
    await Promise.all([once(socket, 'close'), readAll(socket)]);
    const [, ended] = await entries(2);
    expect(ended).toMatchObject({ phase: 'end', status: 101, bytesUp: 5, bytesDown: 4, request: started?.request });
    expect(JSON.stringify(harness.audit.events)).not.toContain('canary');
  });
});

describe('a cluster that takes only what is recorded', () => {
  it('gets nothing while nothing can be recorded', async () => {
    failClosed();
    harness.audit.failing = true;
    const { status, body } = await harness.fetch(`${kubePath}/api/v1/pods`);
    expect([status, JSON.parse(body).message]).toEqual([503, expect.stringContaining('takes only what is recorded')]);
    const socket = await harness.connect();
    socket.write(
      `POST ${kubePath}/api/v1/namespaces/shop/pods/web-0/exec?command=sh HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ada\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n\r\n`,
    );
    expect(await readAll(socket)).toContain('HTTP/1.1 503');
    expect(harness.seen).toEqual([]);
    // As soon as it can, the trail has what was refused.
    expect(ofRequests()).toMatchObject([
      { decision: 'error', status: 503 },
      { decision: 'error', status: 503 },
    ]);
  });

  it('gets a request after its first entry, and its end is the second', async () => {
    failClosed();
    harness.onRequest = ({ respond, stream }) => {
      expect(ofRequests()).toMatchObject([{ phase: 'start' }]);
      respond({ status: 200, headers: [] });
      stream.resume();
      stream.end('{}');
    };
    expect((await harness.fetch(`${kubePath}/api/v1/pods`)).status).toBe(200);
    expect((await entries(2))[1]).toMatchObject({ phase: 'end', status: 200 });
  });
});
