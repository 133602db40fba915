import { once } from 'node:events';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer, request as httpRequest } from 'node:http';
import { type AddressInfo, connect as connectTcp, type Socket } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { selfSigned, type TestCertificate } from '@postern/testkit';
import { beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import manifest from '../package.json' with { type: 'json' };
import { agentArguments, startAgent } from './test/agent-process.ts';
import { type FakeApiserver, http2Apiserver } from './test/apiserver.ts';
import { enrolledCluster, type FakeGateway, fakeGateway } from './test/gateway.ts';
import { alice, textOf } from './test/serving.ts';
import { temporaryFolder } from './test/temporary-folder.ts';
import { version } from './version.ts';

let certificate: TestCertificate;
beforeAll(async () => {
  certificate = await selfSigned();
});

interface Fixture {
  gateway: FakeGateway;
  args: string[];
  folder: string;
}

/** Arguments of an agent with the fake apiserver and the fake gateway. */
async function fixture(options: { api?: FakeApiserver; gateway: FakeGateway; folder: string }): Promise<Fixture> {
  return { gateway: options.gateway, args: agentArguments(certificate, options), folder: options.folder };
}

describe('postern agent', () => {
  it('enrols once, serves, keeps its identity private, and exits within 5 s of SIGTERM', async () => {
    const authorizations: (string | undefined)[] = [];
    await using api = await http2Apiserver(certificate, (request, response) => {
      authorizations.push(request.headers.authorization);
      response.end('{"kind":"PodList"}');
    });
    await using gateway = await fakeGateway(certificate);
    using folder = temporaryFolder();
    const { args } = await fixture({ api, gateway, folder: folder.path });
    gateway.tokens.set('join-1', 'new');
    const connected = gateway.nextTunnel();
    const reported = gateway.nextReport();
    const first = startAgent([...args, '--health-port', '0'], { POSTERN_JOIN_TOKEN: 'join-1' });
    const tunnel = await connected;
    expect((await reported).location).toBe('outside');
    const { response, stream } = tunnel.request(
      { kind: 'http', cluster: enrolledCluster, method: 'GET', path: '/api/v1/pods', headers: [], identity: alice },
      { end: true },
    );
    expect((await response).status).toBe(200);
    expect(await textOf(stream)).toBe('{"kind":"PodList"}');
    expect(new Set(authorizations)).toEqual(new Set(['Bearer own-credential']));
    const began = Date.now();
    first.child.kill('SIGTERM');
    expect((await first.ended).code).toBe(0);
    expect(Date.now() - began).toBeLessThan(5_000);

    const identity = join(folder.path, 'state', 'identity.json');
    expect(statSync(identity).mode & 0o777).toBe(0o600);
    expect(statSync(join(folder.path, 'state')).mode & 0o777).toBe(0o700);
    expect(readFileSync(identity, 'utf8')).not.toContain('join-1');

    const again = gateway.nextTunnel();
    const second = startAgent(args, { POSTERN_JOIN_TOKEN: 'join-1' });
    await again;
    second.child.kill('SIGTERM');
    const { err } = await second.ended;
    expect(gateway.enrolments).toEqual(['Bearer join-1']);
    expect(err).not.toContain('join-1');

    gateway.tokens.set('join-2', 'new');
    const renewed = gateway.nextTunnel();
    const third = startAgent(args, { POSTERN_JOIN_TOKEN: 'join-2' });
    await renewed;
    third.child.kill('SIGTERM');
    await third.ended;
    expect(gateway.enrolments).toEqual(['Bearer join-1', 'Bearer join-2']);
  });

  it.each([
    ['unknown', undefined, /not valid/],
    ['used', 'used', /used before/],
    ['expired', 'expired', /expired/],
  ] as const)('exits with 2 and a one-line message for a join token that is %s', async (_what, state, sentence) => {
    await using gateway = await fakeGateway(certificate);
    using folder = temporaryFolder();
    const { args } = await fixture({ gateway, folder: folder.path });
    if (state) gateway.tokens.set('secret-token', state);
    const { code, err, out } = await startAgent([...args, '--join-token', 'secret-token']).ended;
    expect(code).toBe(2);
    expect(err).toMatch(sentence);
    expect(err.trim().split('\n')).toHaveLength(1);
    expect(err).toContain('postern cluster install-command');
    expect(err + out).not.toContain('secret-token');
    expect(gateway.enrolments).toHaveLength(1);
    expect(existsSync(join(folder.path, 'state', 'identity.json'))).toBe(false);
  });

  it('waits for a gateway that cannot enrol yet, and says so', async () => {
    await using gateway = await fakeGateway(certificate);
    using folder = temporaryFolder();
    const { args } = await fixture({ gateway, folder: folder.path });
    gateway.tokens.set('t', 'new');
    gateway.enrolAnswers.push({ status: 503, body: 'down' });
    const connected = gateway.nextTunnel();
    const { child, ended } = startAgent(args, { POSTERN_JOIN_TOKEN: 't' });
    await connected;
    child.kill('SIGTERM');
    expect((await ended).err).toMatch(/cannot enrol an agent now \(status 503\)/);
    expect(gateway.enrolments).toHaveLength(2);
  });

  it('sends no token to a gateway with a certificate for another name', async () => {
    const other = await selfSigned('gateway.example.com');
    await using gateway = await fakeGateway(other);
    using folder = temporaryFolder();
    const { args } = await fixture({ gateway, folder: folder.path });
    writeFileSync(join(folder.path, 'ca.pem'), other.cert);
    const { child, ended } = startAgent(args, { POSTERN_JOIN_TOKEN: 't' });
    await once(child.stderr, 'data');
    child.kill('SIGTERM');
    expect((await ended).err).toMatch(/certificate that is not trusted/);
    expect(gateway.enrolments).toEqual([]);
  });

  it('is ready while it has a tunnel', async () => {
    await using gateway = await fakeGateway(certificate);
    using folder = temporaryFolder();
    const { args } = await fixture({ gateway, folder: folder.path });
    gateway.tokens.set('t', 'new');
    const connected = gateway.nextTunnel();
    const { child, ended } = startAgent([...args, '--health-port', '0'], { POSTERN_JOIN_TOKEN: 't' });
    const [line] = (await once(child.stderr, 'data')) as [Buffer];
    const { port } = JSON.parse(line.toString().split('\n')[0] ?? '') as { port: number };
    const get = async (path: string): Promise<{ status: number; body: string }> => {
      const [incoming] = await once(httpRequest({ port, path, agent: false }).end(), 'response');
      return { status: incoming.statusCode, body: await text(incoming) };
    };
    await connected;
    await gateway.nextReport();
    expect(await get('/healthz')).toMatchObject({ status: 200 });
    expect(await get('/readyz')).toEqual({ status: 200, body: '1 tunnel\n' });
    expect((await get('/metrics')).body).toMatch(/postern_streams_active\{kind="upgrade"\} 0\n/);
    expect((await get('/other')).status).toBe(404);
    await gateway.close();
    let status = 200;
    while (status === 200) ({ status } = await get('/readyz'));
    expect(status).toBe(503);
    child.kill('SIGTERM');
    expect((await ended).code).toBe(0);
  });

  it('uses HTTPS_PROXY for enrolment and tunnel', async () => {
    await using gateway = await fakeGateway(certificate);
    using folder = temporaryFolder();
    const { args } = await fixture({ gateway, folder: folder.path });
    gateway.tokens.set('t', 'new');
    const asked: string[] = [];
    const proxy = createServer().on('connect', (request, client: Socket) => {
      asked.push(`${request.url} ${request.headers['proxy-authorization']}`);
      const upstream = connectTcp(Number(new URL(gateway.url).port), '127.0.0.1', () => {
        client.write('HTTP/1.1 200 OK\r\n\r\n');
        upstream.pipe(client).pipe(upstream);
      });
      for (const socket of [upstream, client]) socket.on('error', () => upstream.destroy());
    });
    await once(proxy.listen(0, '127.0.0.1'), 'listening');
    const { port } = proxy.address() as AddressInfo;
    const connected = gateway.nextTunnel();
    const env = { POSTERN_JOIN_TOKEN: 't', HTTPS_PROXY: `http://me:secret@127.0.0.1:${port}`, NO_PROXY: '127.0.0.1:1' };
    const { child, ended } = startAgent(args, env);
    await connected;
    child.kill('SIGTERM');
    expect((await ended).err).not.toContain('secret');
    proxy.close();
    const { host } = new URL(gateway.url);
    const line = `${host} Basic ${Buffer.from('me:secret').toString('base64')}`;
    expect(asked).toEqual([line, line]);
  });

  it.each([
    [[], /--url/],
    [['--url', 'http://gateway.example.com'], /https:\/\//],
    [['--url', 'https://gateway.example.com/path'], /https:\/\//],
    [['--nonsense'], /unknown option/],
    [['--print-access', 'prod'], /cluster's id.*cluster list --json/],
    [['--url', 'https://g.example.com', '--kubeconfig', 'k', '--health-port', 'x'], /health port/],
    [['--url', 'https://g.example.com', '--allow-groups', 'system:masters'], /never impersonated/],
    [['--print-access', '0198c1d2-0000-7000-8000-000000000001', '--allow-groups', 'oidc:*'], /RBAC has no wildcards/],
  ])('exits with 2 for wrong usage: %j', async (args, sentence) => {
    const { code, err } = await startAgent(args).ended;
    expect(code).toBe(2);
    expect(err).toMatch(sentence);
    expect(err).not.toContain('    at ');
  });

  it('prints what a cluster administrator must apply', async () => {
    const clusterId = '0198c1d2-0000-7000-8000-000000000001';
    const { code, out } = await startAgent(['--print-access', clusterId]).ended;
    expect(code).toBe(0);
    expect(out.match(/^kind: ClusterRoleBinding$/gm)).toHaveLength(4);
    expect(out.match(new RegExp(`^    app.kubernetes.io/instance: ${clusterId}$`, 'gm'))).toHaveLength(6);
  });

  it('prints the right to impersonate the groups that the operator allows, and no others', async () => {
    const clusterId = '0198c1d2-0000-7000-8000-000000000001';
    const groups = ['--allow-groups', 'oidc:devs,postern:team:payments'];
    const { out } = await startAgent(['--print-access', clusterId, ...groups]).ended;
    const roles = parseAllDocuments(out).map(
      (document) => document.toJS() as { metadata: { name: string }; rules: unknown },
    );
    expect(roles.find(({ metadata }) => metadata.name === `postern:agent:${clusterId}`)?.rules).toEqual([
      { apiGroups: [''], resources: ['users'], verbs: ['impersonate'] },
      {
        apiGroups: [''],
        resources: ['groups'],
        resourceNames: ['postern:admin', 'postern:editor', 'postern:viewer', 'oidc:devs', 'postern:team:payments'],
        verbs: ['impersonate'],
      },
    ]);
  });

  it('has the version of its package', () => {
    expect(version).toBe(manifest.version);
  });
});
