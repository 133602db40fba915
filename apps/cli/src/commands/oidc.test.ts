import { type TestCertificate, testCertificate } from '@postern/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type FakeGateway, fakeGateway } from '../test/gateway.ts';
import type { Shell } from '../test/shell.ts';
import { signedInShell } from '../test/signed-in.ts';

const provider = {
  issuer: 'https://idp.example.com',
  clientId: 'postern',
  domains: ['example.com'],
  groupsClaim: 'groups',
  groupMappings: [{ group: 'ops', team: 'sre', role: 'admin' }],
  trustsSecondFactor: false,
  redirectUri: 'https://postern.example/account/provider',
  domainProof: 'postern=0195f000',
  updatedAt: '2026-11-20T12:00:00.000Z',
};
const none = (): [number, object] => [404, { error: { code: 'not-found', message: 'none' } }];

let certificate: TestCertificate;
let gateway: FakeGateway;
let shell: Shell;
beforeAll(async () => {
  certificate = await testCertificate();
  gateway = await fakeGateway(certificate);
});
afterAll(() => gateway[Symbol.asyncDispose]());
beforeEach(async () => {
  gateway.answers = { getOidc: () => [200, provider], setOidc: () => [200, provider] };
  shell = await signedInShell(gateway);
  return () => shell[Symbol.dispose]();
});
const sent = () => gateway.calls.at(-1)?.body;

describe('postern oidc', () => {
  it('shows the provider with the records for the DNS', async () => {
    const { code, out } = await shell.run('oidc show');
    expect(code).toBe(0);
    expect(out).toContain('returns to     https://postern.example/account/provider\n');
    expect(out).toMatch(/_postern\.example\.com +TXT +postern=0195f000\n/);
    expect(out).toMatch(/ops +sre +admin\n/);
    expect(JSON.parse((await shell.run('oidc show --json')).out)).toEqual(provider);
  });

  it('says what to do where there is none', async () => {
    gateway.answers.getOidc = none;
    const { code, err } = await shell.run('oidc show');
    expect([code, err]).toEqual([
      4,
      expect.stringContaining(`${gateway.url}/account/provider, then \`postern oidc set\``),
    ]);
  });

  it('sets a provider, with the secret from standard input', async () => {
    gateway.answers.getOidc = none;
    const { code } = await shell.run(
      'oidc set --issuer https://idp.example.com --client-id postern --client-secret-stdin --domain example.com --map a=b:c=sre:admin --map dev=web',
      { input: 'the secret\n' },
    );
    expect(code).toBe(0);
    expect(sent()).toEqual({
      issuer: 'https://idp.example.com',
      clientId: 'postern',
      clientSecret: 'the secret',
      domains: ['example.com'],
      groupsClaim: 'groups',
      groupMappings: [
        { group: 'a=b:c', team: 'sre', role: 'admin' },
        { group: 'dev', team: 'web' },
      ],
      trustsSecondFactor: false,
    });
  });

  it('changes what is given and keeps the rest, the secret too', async () => {
    expect((await shell.run('oidc set --trust-second-factor')).code).toBe(0);
    const { redirectUri, domainProof, updatedAt, ...settings } = provider;
    expect(sent()).toEqual({ ...settings, trustsSecondFactor: true });
    expect((await shell.run('oidc set --client-id other')).err).toContain('--client-secret-stdin');
  });

  it.each([
    ['oidc set --map ops', 'GROUP=TEAM'],
    ['oidc set --map ops=sre:owner', 'member, auditor or admin'],
  ])('refuses %s', async (command, message) => {
    expect(await shell.run(command)).toMatchObject({ code: 2, err: expect.stringContaining(message) });
  });

  it('fails where the provider does not work', async () => {
    gateway.answers.testOidc = () => [200, { works: true, error: null }];
    expect(await shell.run('oidc test')).toMatchObject({ code: 0, out: expect.stringContaining('answers') });
    gateway.answers.testOidc = () => [200, { works: false, error: 'It lacks \u001b[31mjwks_uri.' }];
    const { code, err } = await shell.run('oidc test');
    expect([code, err]).toEqual([1, expect.stringContaining('jwks_uri')]);
    expect(err).not.toContain('\u001b');
    expect(JSON.parse((await shell.run('oidc test --json')).out)).toMatchObject({ works: false });
  });

  it('is removed after a question', async () => {
    gateway.answers.removeOidc = () => [204];
    expect((await shell.run('oidc remove')).code).toBe(2);
    expect(await shell.run('oidc remove --yes')).toMatchObject({ code: 0, out: 'The provider was removed.\n' });
  });
});
