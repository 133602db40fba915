import { connect as connectHttp2 } from 'node:http2';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type GatewayHarness, type Person, startGatewayHarness } from './test/gateway-harness.ts';

let harness: GatewayHarness;
let ada: Person;

beforeAll(async () => {
  harness = await startGatewayHarness();
  ada = await harness.signUp('ada');
});
afterAll(() => harness.stop());

describe('from a new account to a kubeconfig', () => {
  it('signs up, creates a cluster, enrols its agent and creates a kubeconfig', async () => {
    const { cluster, joining } = await harness.createCluster(ada, 'prod');
    expect(cluster).toMatchObject({ name: 'prod', status: 'pending', agent: null, demo: false });
    expect(cluster.joining.tokenMade).not.toBeNull();
    expect(joining.joinToken).toMatch(/^postern_join_[0-9a-f]{32}_[\w-]{43}$/);

    const manifest = await harness.ask('GET', '/install.yaml', { token: joining.joinToken });
    expect(manifest.status).toBe(200);
    expect(manifest.headers['cache-control']).toBe('no-store');
    expect(manifest.text).toContain(joining.joinToken);

    const enrolled = await harness.enroll(joining.joinToken);
    expect(enrolled).toMatchObject({
      clusterId: cluster.id,
      clusterName: 'prod',
      organization: 'ada',
      tunnelUrls: [`wss://localhost:${harness.port}/tunnel`],
    });
    const shown = await harness.ask('GET', '/api/v1/organizations/ada/clusters/prod', { token: ada.token });
    expect(shown.json.agent).toMatchObject({ id: enrolled.agentId, version: '0.1.0', location: 'outside' });
    expect(shown.json.joining.keyRegistered).not.toBeNull();

    const kubeconfig = await harness.ask('POST', '/api/v1/organizations/ada/clusters/prod/kubeconfig', {
      token: ada.token,
      body: { mode: 'token', expiresInSeconds: 600 },
    });
    expect(kubeconfig.status).toBe(201);
    expect(kubeconfig.json.contextName).toBe('ada-prod');
    const [, secret = ''] = /token: (postern_\S+)/.exec(kubeconfig.json.kubeconfig) ?? [];
    const throughIt = await harness.ask('GET', '/k8s/ada/prod/version', { token: secret });
    expect(throughIt).toMatchObject({ status: 503, json: { kind: 'Status', reason: 'ServiceUnavailable' } });
    // With a credential for one cluster, every path is a path of that cluster.
    expect(await harness.ask('GET', '/api/v1/auth/me', { token: secret })).toMatchObject({
      status: 503,
      json: { kind: 'Status', message: expect.stringContaining('cluster "prod"') },
    });
  });

  it('answers over HTTP/2 as over HTTP/1.1', async () => {
    const session = connectHttp2(harness.origin, { ca: harness.caPem });
    const stream = session.request({ ':path': '/api/v1/auth/me', authorization: `Bearer ${ada.token}` });
    const status = await new Promise((resolve) => stream.on('response', (headers) => resolve(headers[':status'])));
    let text = '';
    for await (const part of stream) text += part;
    session.close();
    expect([status, JSON.parse(text).user.email]).toEqual([200, 'ada@example.com']);
  });
});
