import { type TestCertificate, testCertificate } from '@postern/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type FakeGateway, fakeGateway } from '../test/gateway.ts';
import type { Shell } from '../test/shell.ts';
import { signedInShell } from '../test/signed-in.ts';

const id = '0195f000-0000-7000-8000-00000000000b';
const ada = { id, kind: 'user', name: 'a@example.com' };
const binding = {
  id,
  subject: { id, kind: 'user', name: 'b@example.com' },
  cluster: { id, name: 'prod' },
  selector: null,
  level: 'editor',
  groups: ['dev'],
  namespaces: ['shop'],
  reason: 'release',
  createdAt: '2026-11-21T12:00:00.000Z',
  createdBy: ada,
  expiresAt: '2026-11-21T13:00:00.000Z',
};
const request = {
  id,
  account: { id, kind: 'user', name: 'b@example.com' },
  cluster: { id, name: 'prod' },
  level: 'editor',
  namespaces: [],
  reason: 'an incident',
  durationSeconds: 3_600,
  status: 'pending',
  breakGlass: false,
  createdAt: '2026-11-21T12:00:00.000Z',
  decidedAt: null,
  decidedBy: null,
  note: '',
  accessExpiresAt: null,
};
const token = {
  id,
  name: 'ci',
  kind: 'api',
  hint: 'postern_0195',
  clusterId: null,
  scopes: ['cluster:use'],
  createdAt: '2026-11-21T12:00:00.000Z',
  expiresAt: '2026-11-21T13:00:00.000Z',
  lastUsedAt: null,
};

let certificate: TestCertificate;
let gateway: FakeGateway;
let shell: Shell;
beforeAll(async () => {
  certificate = await testCertificate();
  gateway = await fakeGateway(certificate);
});
afterAll(() => gateway[Symbol.asyncDispose]());
beforeEach(async () => {
  gateway.answers = {};
  shell = await signedInShell(gateway);
  return () => shell[Symbol.dispose]();
});

describe('access', () => {
  it('is given as scripts rely on', async () => {
    gateway.answers.grantAccess = () => [201, binding];
    const { code, out } = await shell.run(
      'access grant --user b@example.com --cluster prod --level editor --group dev --namespace shop --namespace cart,till --for 1h --reason release --json',
    );
    expect([code, JSON.parse(out)]).toEqual([0, binding]);
    expect(gateway.calls).toMatchObject([
      {
        params: ['acme'],
        body: {
          user: 'b@example.com',
          cluster: 'prod',
          level: 'editor',
          groups: ['dev'],
          namespaces: ['shop', 'cart', 'till'],
          expiresInSeconds: 3_600,
          reason: 'release',
        },
      },
    ]);
  });

  it('is given by labels to a service account', async () => {
    gateway.answers.grantAccess = () => [
      201,
      { ...binding, cluster: null, selector: { stage: 'test' }, expiresAt: null },
    ];
    const { out } = await shell.run(
      'access grant --service-account ci --selector stage=test --selector a=b --level viewer',
    );
    expect(gateway.calls[0]?.body).toEqual({
      serviceAccount: 'ci',
      selector: { stage: 'test', a: 'b' },
      level: 'viewer',
      groups: [],
      namespaces: [],
    });
    expect(out.split('\n')[1]).toMatch(/stage=test +editor,dev +shop +no end +a@example.com$/);
  });

  it.each([
    ['access grant --user b@example.com --cluster prod --level root', 'level'],
    ['access grant --user b@example.com --selector stage --level viewer', 'key=value'],
    ['access grant --user b@example.com --cluster prod --level viewer --for soon', 'not a duration'],
    ['access request --cluster prod --level viewer', '--reason'],
    ['token create --name x --scope everything', 'not a permission'],
  ])('`%s` is wrong usage', async (args, message) => {
    const { code, err } = await shell.run(args);
    expect([code, err]).toEqual([2, expect.stringContaining(message)]);
    expect(gateway.calls).toEqual([]);
  });

  it('is listed, for a cluster with the reason, and revoked', async () => {
    gateway.answers.listAccess = () => [200, { items: [binding] }];
    gateway.answers.listClusterAccess = () => [
      200,
      {
        items: [
          {
            account: ada,
            level: 'admin',
            groups: [],
            namespaces: [],
            via: { kind: 'role', role: 'owner' },
            expiresAt: null,
          },
          {
            account: { ...ada, kind: 'service-account', name: 'ci' },
            level: 'viewer',
            groups: [],
            namespaces: ['shop'],
            via: { kind: 'binding', binding: id, team: 'ops', reason: 'nightly', createdBy: ada },
            expiresAt: null,
          },
        ],
      },
    ];
    gateway.answers.revokeAccess = () => [204];
    expect((await shell.run('access list --cluster prod')).out).toContain('b@example.com   prod');
    const { out } = await shell.run('access who prod');
    expect(out).toMatch(/a@example.com +admin +all +no end +owner of the organization/);
    expect(out).toMatch(
      /service-account ci +viewer +shop +no end +given by a@example.com through the team ops: nightly/,
    );
    expect(JSON.parse((await shell.run(`access revoke ${id} --json`)).out)).toEqual({ id, revoked: true });
    expect(gateway.calls.at(-1)).toMatchObject({ operation: 'revokeAccess', params: ['acme', id] });
  });

  it('is requested, and waited for', async () => {
    let asked = 0;
    gateway.answers.requestAccess = () => [201, request];
    gateway.answers.listAccessRequests = () => {
      asked += 1;
      const approved = { ...request, status: 'approved', accessExpiresAt: '2026-11-21T13:00:00.000Z' };
      return [200, { items: [asked < 3 ? request : approved] }];
    };
    const { code, out, err } = await shell.run(
      'access request --cluster prod --level editor --reason incident --for 30m --wait',
    );
    expect([code, asked, err]).toEqual([0, 3, 'Waiting until somebody decides …\n']);
    expect(out).toContain('approved');
    expect(gateway.calls[0]?.body).toEqual({
      cluster: 'prod',
      level: 'editor',
      reason: 'incident',
      namespaces: [],
      durationSeconds: 1_800,
    });
  });

  it('that is denied while it is waited for fails with the reason', async () => {
    gateway.answers.requestAccess = () => [201, request];
    gateway.answers.listAccessRequests = () => [200, { items: [{ ...request, status: 'denied', note: 'Not today.' }] }];
    const { code, err } = await shell.run('access request --cluster prod --level editor --reason incident --wait');
    expect([code, err]).toEqual([1, expect.stringContaining('The request was denied. Not today.')]);
  });

  it('is taken in an emergency', async () => {
    gateway.answers.requestAccess = () => [201, { ...request, status: 'approved', breakGlass: true }];
    const { out } = await shell.run('access request --cluster prod --level admin --reason incident --break-glass');
    expect(out).toContain('approved (emergency)');
    expect(gateway.calls[0]?.body).toMatchObject({ breakGlass: true });
  });

  it('is decided on', async () => {
    gateway.answers.listAccessRequests = () => [200, { items: [request] }];
    gateway.answers.approveAccessRequest = () => [200, { ...request, status: 'approved' }];
    gateway.answers.denyAccessRequest = () => [200, { ...request, status: 'denied' }];
    gateway.answers.cancelAccessRequest = () => [200, { ...request, status: 'cancelled' }];
    expect((await shell.run('access requests --status pending')).out).toContain('an incident');
    const approved = await shell.run(`access approve ${id} --level viewer --for 10m --note fine --json`);
    expect(JSON.parse(approved.out).status).toBe('approved');
    expect(gateway.calls.at(-1)?.body).toEqual({ level: 'viewer', durationSeconds: 600, note: 'fine' });
    expect((await shell.run(`access deny ${id} --note no`)).out).toContain('denied');
    expect((await shell.run(`access cancel ${id}`)).out).toContain('cancelled');
  });
});

describe('service accounts and tokens', () => {
  it('are created as scripts rely on', async () => {
    const account = {
      id,
      name: 'ci',
      description: '',
      createdAt: token.createdAt,
      createdBy: ada,
      tokens: 0,
      lastUsedAt: null,
    };
    gateway.answers.createServiceAccount = () => [201, account];
    gateway.answers.createServiceAccountToken = () => [201, { token, secret: 'postern_s' }];
    gateway.answers.createToken = () => [201, { token, secret: 'postern_t' }];
    expect(JSON.parse((await shell.run('service-account create ci --json')).out)).toEqual(account);
    const own = await shell.run('token create --name ci --expires 1h --scope cluster:use --scope cluster:read --json');
    expect(JSON.parse(own.out)).toMatchObject({ id, secret: 'postern_t' });
    expect(gateway.calls.at(-1)?.body).toEqual({
      name: 'ci',
      expiresInSeconds: 3_600,
      scopes: ['cluster:use', 'cluster:read'],
    });
    const its = await shell.run('token create --name ci --service-account ci');
    expect([its.out, its.err]).toEqual(['postern_s\n', 'It ends in 1h, and is not shown again.\n']);
    expect(gateway.calls.at(-1)).toMatchObject({ operation: 'createServiceAccountToken', params: ['acme', 'ci'] });
  });

  it('are listed and ended', async () => {
    gateway.answers.listServiceAccounts = () => [
      200,
      {
        items: [
          {
            id,
            name: 'ci',
            description: 'pipeline',
            createdAt: token.createdAt,
            createdBy: ada,
            tokens: 2,
            lastUsedAt: null,
          },
        ],
      },
    ];
    gateway.answers.listTokens = () => [200, { items: [token, { ...token, kind: 'cli', scopes: null }] }];
    gateway.answers.listServiceAccountTokens = () => [200, { items: [] }];
    gateway.answers.revokeToken = () => [204];
    gateway.answers.revokeServiceAccountToken = () => [204];
    gateway.answers.deleteServiceAccount = () => [204];
    expect((await shell.run('service-account list')).out).toMatch(/ci +2 +never +a@example.com +pipeline/);
    expect((await shell.run('token list')).out).toMatch(/ci +api +in 1h +never +cluster:use\n.* cli +in 1h +never +-/);
    expect((await shell.run('token list --service-account ci')).out).toContain('No tokens');
    expect((await shell.run(`token revoke ${id}`)).code).toBe(0);
    expect((await shell.run(`token revoke ${id} --service-account ci`)).code).toBe(0);
    expect(gateway.calls.at(-1)).toMatchObject({ operation: 'revokeServiceAccountToken', params: ['acme', 'ci', id] });
    const declined = await shell.run('service-account delete ci', { answers: ['n'] });
    expect([declined.code, declined.err]).toEqual([1, expect.stringContaining('with its tokens and its access')]);
    expect((await shell.run('service-account delete ci --yes --json')).code).toBe(0);
    expect(gateway.calls.at(-1)?.operation).toBe('deleteServiceAccount');
  });
});
