import { selfSigned, type TestCertificate, useLeakCheck } from '@postern/testkit';
import { beforeAll, describe, expect, it } from 'vitest';
import { http2Apiserver } from '../test/apiserver.ts';
import { textOf } from '../test/serving.ts';
import { Upstream } from '../upstream/upstream.ts';
import type { Identity } from './identity.ts';
import { SecretStore } from './secret-store.ts';

useLeakCheck();
let certificate: TestCertificate;
beforeAll(async () => {
  certificate = await selfSigned();
});

const identity: Identity = {
  version: 1,
  agentId: 'a',
  clusterId: 'c',
  clusterName: 'prod',
  organization: 'acme',
  gatewayUrl: 'https://g.example.com',
  tunnelUrls: ['wss://g.example.com/tunnel'],
  privateKey: 'PEM',
  joinTokenHash: 'h',
};

describe('SecretStore', () => {
  it('stores the identity in the Secret, without impersonation', async () => {
    let secret: { data?: Record<string, string> } = {};
    const seen: string[] = [];
    await using api = await http2Apiserver(certificate, async (request, response) => {
      seen.push(`${request.method} ${request.url}`);
      expect(request.headers['impersonate-user']).toBeUndefined();
      if (request.method === 'PATCH') secret = { ...secret, ...JSON.parse(await textOf(request)) };
      response.end(JSON.stringify(secret));
    });
    const upstream = new Upstream(api.endpoint);
    const store = new SecretStore(upstream, 'postern-agent');
    expect(await store.load()).toBeNull();
    await store.prepare();
    expect(await store.load()).toBeNull();
    await store.save(identity);
    expect(await store.load()).toEqual(identity);
    expect(new Set(seen)).toEqual(
      new Set(
        ['GET', 'PATCH'].map((method) => `${method} /api/v1/namespaces/postern-agent/secrets/postern-agent-identity`),
      ),
    );
    secret = { data: { 'identity.json': Buffer.from('{}').toString('base64') } };
    await expect(store.load()).rejects.toThrow(/does not hold/);
    upstream.close();
  });

  it('says what to do if it is forbidden', async () => {
    await using api = await http2Apiserver(certificate, (_request, response) => {
      response.writeHead(403).end(JSON.stringify({ kind: 'Status', message: 'secrets is forbidden' }));
    });
    const upstream = new Upstream(api.endpoint);
    await expect(new SecretStore(upstream, 'x').load()).rejects.toThrow(/secrets is forbidden.*install manifest/);
    upstream.close();
  });
});
