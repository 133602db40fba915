import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderKubeconfig } from '@postern/kube';
import { selfSigned, type TestCertificate } from '@postern/testkit';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type Call, type FakeGateway, fakeGateway } from '../test/gateway.ts';
import { shell } from '../test/shell.ts';
import { later, signedInShell } from '../test/signed-in.ts';

let certificate: TestCertificate;
beforeAll(async () => {
  certificate = await selfSigned();
});

describe('kubeconfig', () => {
  const rendered = (call: Call, gateway: FakeGateway): object => {
    const { mode } = call.body as { mode: string };
    const exec = {
      command: 'postern',
      args: ['credential', '--url', gateway.url, '--organization', 'acme', '--cluster', 'prod'],
    };
    const kubeconfig = renderKubeconfig({
      server: `${gateway.url}/k8s/acme/prod`,
      caPem: certificate.cert,
      contextName: 'acme-prod',
      user: mode === 'token' ? { token: 'static' } : { exec },
    });
    return { kubeconfig, contextName: 'acme-prod', expiresAt: mode === 'token' ? later : null };
  };

  it('writes a separate file with a static token', async () => {
    await using gateway = await fakeGateway(certificate);
    using terminal = await signedInShell(gateway);
    gateway.answers.createKubeconfig = (call) => [201, rendered(call, gateway)];
    const file = join(terminal.folder, 'out', 'kubeconfig');
    const { code } = await terminal.run(`kubeconfig prod --token --ttl 2h --output ${file}`);
    expect(code).toBe(0);
    expect(gateway.calls[0]?.body).toEqual({ mode: 'token', expiresInSeconds: 7_200 });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(parse(readFileSync(file, 'utf8'))).toMatchObject({ users: [{ user: { token: 'static' } }] });
    expect((await terminal.run('kubeconfig prod --token --output -')).out).toContain('token: static');
  });

  it('merges into the user’s file, keeps the rest of it, and can be repeated', async () => {
    await using gateway = await fakeGateway(certificate);
    using terminal = await signedInShell(gateway);
    gateway.answers.createKubeconfig = (call) => [201, rendered(call, gateway)];
    const file = join(terminal.folder, 'config');
    terminal.io.env['KUBECONFIG'] = file;
    writeFileSync(
      file,
      '# mine\napiVersion: v1\nkind: Config\nclusters:\n- name: other\n  cluster: {server: https://o}\ncontexts: []\nusers: null\ncurrent-context: other\n',
      { mode: 0o644 },
    );
    for (let time = 0; time < 2; time++) expect((await terminal.run('kubeconfig prod')).code).toBe(0);
    const text = readFileSync(file, 'utf8');
    expect(text).toContain('# mine');
    const config = parse(text) as { clusters: { name: string }[]; users: { user: { exec: object } }[] };
    expect(config).toMatchObject({ 'current-context': 'acme-prod' });
    expect(config.clusters.map(({ name }) => name)).toEqual(['other', 'acme-prod']);
    expect(config.users).toHaveLength(1);
    expect(config.users[0]?.user.exec).toMatchObject({
      env: [{ name: 'POSTERN_HOME', value: join(terminal.folder, 'postern') }],
    });
    expect(statSync(file).mode & 0o777).toBe(0o644);
  });

  it('leaves the user’s file unchanged if it is broken', async () => {
    await using gateway = await fakeGateway(certificate);
    using terminal = await signedInShell(gateway);
    gateway.answers.createKubeconfig = (call) => [201, rendered(call, gateway)];
    terminal.io.env['KUBECONFIG'] = join(terminal.folder, 'config');
    writeFileSync(join(terminal.folder, 'config'), 'a: [\nb');
    expect((await terminal.run('kubeconfig prod')).code).toBe(1);
    expect(readFileSync(join(terminal.folder, 'config'), 'utf8')).toBe('a: [\nb');
  });

  it.each(['0s', '5', '-1h', '1y'])('refuses a ttl of %s', async (ttl) => {
    await using gateway = await fakeGateway(certificate);
    using terminal = await signedInShell(gateway);
    expect((await terminal.run(`kubeconfig prod --token --ttl ${ttl}`)).code).toBe(2);
  });
});

describe('the credential plugin', () => {
  it('responds in kubectl’s API version, from a private cache until the credential expires', async () => {
    await using gateway = await fakeGateway(certificate);
    using terminal = await signedInShell(gateway);
    gateway.answers.createClusterCredential = () => [201, { token: 'short', expiresAt: '2026-11-21T12:15:00.000Z' }];
    terminal.io.env['KUBERNETES_EXEC_INFO'] = JSON.stringify({ apiVersion: 'client.authentication.k8s.io/v1beta1' });
    const args = `credential --url ${gateway.url} --organization acme --cluster prod`;
    const first = await terminal.run(args);
    expect(JSON.parse(first.out)).toEqual({
      apiVersion: 'client.authentication.k8s.io/v1beta1',
      kind: 'ExecCredential',
      status: { token: 'short', expirationTimestamp: '2026-11-21T12:15:00.000Z' },
    });
    expect(await terminal.run(args)).toEqual(first);
    expect(gateway.calls).toHaveLength(1);
    const cache = join(terminal.folder, 'postern', 'credentials');
    for (const name of readdirSync(cache)) expect(statSync(join(cache, name)).mode & 0o777).toBe(0o600);
    await terminal.io.sleep(14.5 * 60_000);
    await terminal.run(args);
    expect(gateway.calls).toHaveLength(2);
  });

  it('says what to do if nobody is signed in', async () => {
    using terminal = shell(certificate);
    const { code, out, err } = await terminal.run(
      'credential --url https://g.example.com --organization a --cluster c',
    );
    expect({ code, out }).toEqual({ code: 3, out: '' });
    expect(err).toContain('postern login --url https://g.example.com');
  });
});
