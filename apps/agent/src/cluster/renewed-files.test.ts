import { renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { selfSigned, type TestCertificate, useLeakCheck } from '@postern/testkit';
import { beforeAll, describe, expect, it } from 'vitest';
import { http2Apiserver } from '../test/apiserver.ts';
import { servingAgent, textOf } from '../test/serving.ts';
import { temporaryFolder } from '../test/temporary-folder.ts';
import { inClusterEndpoint } from './in-cluster.ts';
import { kubeconfigEndpoint } from './kubeconfig.ts';

useLeakCheck();
let first: TestCertificate;
let second: TestCertificate;
beforeAll(async () => {
  [first, second] = await Promise.all([selfSigned(), selfSigned()]);
});

/** Replaces a file atomically, like Kubernetes does in a volume. */
function replace(path: string, content: string): void {
  writeFileSync(`${path}.new`, content);
  renameSync(`${path}.new`, path);
}

async function statusOf(agent: Awaited<ReturnType<typeof servingAgent>>): Promise<number> {
  const { response, stream } = agent.request({}, { end: true });
  const { status } = await response;
  await textOf(stream);
  return status;
}

describe('the CA certificates of a cluster', () => {
  it('in a pod are read again for the next connection after a change', async () => {
    using folder = temporaryFolder();
    // A volume's files are links into a folder that is swapped.
    writeFileSync(join(folder.path, 'ca-1'), first.cert);
    symlinkSync(join(folder.path, 'ca-1'), join(folder.path, 'ca.crt'));
    writeFileSync(join(folder.path, 'token'), 'token');
    await using old = await http2Apiserver(first, (_request, response) => response.end('{}'));
    await using renewed = await http2Apiserver(second, (_request, response) => response.end('{}'));
    const endpoint = inClusterEndpoint({ host: '127.0.0.1', port: old.endpoint.server.port, folder: folder.path });
    await using agent = await servingAgent(endpoint);
    expect(await statusOf(agent)).toBe(200);
    endpoint.server.port = renewed.endpoint.server.port;
    await old.close();
    expect(await statusOf(agent)).toBe(502);
    symlinkSync(join(folder.path, 'ca-2'), join(folder.path, 'link'));
    writeFileSync(join(folder.path, 'ca-2'), second.cert);
    renameSync(join(folder.path, 'link'), join(folder.path, 'ca.crt'));
    expect(await statusOf(agent)).toBe(200);
  });

  it('stay the last valid ones while the file is missing, empty or half written', async () => {
    using folder = temporaryFolder();
    const ca = join(folder.path, 'ca.crt');
    writeFileSync(ca, first.cert);
    writeFileSync(join(folder.path, 'token'), 'token');
    const endpoint = inClusterEndpoint({ host: '127.0.0.1', port: '1', folder: folder.path });
    for (const bad of ['', 'nonsense', second.cert.slice(0, 200)]) {
      replace(ca, bad);
      expect(endpoint.ca?.toString()).toBe(first.cert);
    }
    renameSync(ca, `${ca}.away`);
    expect(endpoint.ca?.toString()).toBe(first.cert);
    replace(ca, second.cert);
    expect(endpoint.ca?.toString()).toBe(second.cert);
  });
});

describe('the client certificate of a kubeconfig', () => {
  it('is read again once it and its key have changed, and then used on new connections', async () => {
    using folder = temporaryFolder();
    const paths = { cert: join(folder.path, 'client.crt'), key: join(folder.path, 'client.key') };
    const ca = join(folder.path, 'ca.crt');
    writeFileSync(paths.cert, first.cert);
    writeFileSync(paths.key, first.key);
    writeFileSync(ca, first.cert);
    const sessions = new Set<unknown>();
    await using api = await http2Apiserver(first, (request, response) => {
      sessions.add(request.stream.session);
      response.end('{}');
    });
    const kubeconfig = join(folder.path, 'kubeconfig');
    writeFileSync(
      kubeconfig,
      JSON.stringify({
        clusters: [{ name: 'c', cluster: { server: api.endpoint.server.href, 'certificate-authority': ca } }],
        users: [{ name: 'u', user: { 'client-certificate': paths.cert, 'client-key': paths.key } }],
        contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
        'current-context': 'x',
      }),
    );
    const { endpoint } = kubeconfigEndpoint(kubeconfig, undefined);
    await using agent = await servingAgent(endpoint);
    expect([await statusOf(agent), await statusOf(agent), sessions.size]).toEqual([200, 200, 1]);
    replace(paths.cert, second.cert);
    expect([await statusOf(agent), sessions.size]).toEqual([200, 1]);
    replace(paths.key, second.key);
    expect((await endpoint.authenticate()).cert?.toString()).toBe(second.cert);
    expect([await statusOf(agent), await statusOf(agent), sessions.size]).toEqual([200, 200, 2]);
  });
});
