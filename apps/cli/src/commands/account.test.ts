import { selfSigned, type TestCertificate } from '@postern/testkit';
import { beforeAll, describe, expect, it } from 'vitest';
import { fakeGateway } from '../test/gateway.ts';
import { shell } from '../test/shell.ts';
import { id, signedIn, signedInShell } from '../test/signed-in.ts';

let certificate: TestCertificate;
beforeAll(async () => {
  certificate = await selfSigned();
});

const account = (changes: object = {}) => ({
  id,
  email: 'a@example.com',
  name: null,
  emailVerifiedAt: null,
  createdAt: '2026-11-21T12:00:00.000Z',
  sendsEmail: true,
  secondFactor: { totp: false, passkeys: 0, recoveryCodes: 0 },
  ...changes,
});
const factors = { totp: true, passkeys: 1, recoveryCodes: 9 };
const stepUpRequired: [number, object] = [403, { error: { code: 'step-up-required', message: 'Prove it.' } }];
const secondFactor = { methods: ['totp'], challenge: 'A'.repeat(43), expiresAt: '2026-11-21T12:05:00.000Z' };

describe('signing in with a second factor', () => {
  it('asks for the code, and completes the sign-in with it', async () => {
    await using gateway = await fakeGateway(certificate);
    using terminal = shell(certificate);
    gateway.answers.signIn = () => [200, { secondFactor }];
    gateway.answers.completeSignIn = () => [200, signedIn];
    const args = `login --url ${gateway.url} --ca-file ${terminal.caFile} --email a@example.com`;
    const { code, out } = await terminal.run(args, { answers: ['long enough', ' 123 456 '] });
    expect([code, out]).toEqual([0, expect.stringContaining('a@example.com')]);
    expect(gateway.calls[1]?.body).toMatchObject({
      challenge: secondFactor.challenge,
      code: '123 456',
      token: { expiresInSeconds: 7_776_000 },
    });
  });

  it('takes a recovery code from --code, and needs one where it cannot ask', async () => {
    await using gateway = await fakeGateway(certificate);
    using terminal = shell(certificate);
    gateway.answers.signIn = () => [200, { secondFactor }];
    gateway.answers.completeSignIn = () => [200, signedIn];
    const args = `login --url ${gateway.url} --ca-file ${terminal.caFile} --email a@example.com --password-stdin`;
    const input = 'long enough\n';
    expect(await terminal.run(args, { input })).toMatchObject({ code: 2, err: expect.stringContaining('--code') });
    expect((await terminal.run(`${args} --code AB12-CD34-EF56-GH78`, { input })).code).toBe(0);
    expect(gateway.calls.at(-1)?.body).toMatchObject({ recoveryCode: 'AB12-CD34-EF56-GH78' });
  });

  it('says what to do if there are only passkeys', async () => {
    await using gateway = await fakeGateway(certificate);
    using terminal = shell(certificate);
    gateway.answers.signIn = () => [200, { secondFactor: { ...secondFactor, methods: ['passkey'] } }];
    const args = `login --url ${gateway.url} --ca-file ${terminal.caFile} --email a@example.com --password-stdin`;
    const { code, err } = await terminal.run(args, { input: 'long enough\n' });
    expect([code, err]).toEqual([1, expect.stringContaining('passkey')]);
  });
});

describe('the account', () => {
  it('is shown, and can be renamed', async () => {
    await using gateway = await fakeGateway(certificate);
    using terminal = await signedInShell(gateway);
    gateway.answers.getAccount = () => [200, account({ name: 'Ada\u001b[31m', secondFactor: factors })];
    const { out } = await terminal.run('account show');
    expect(out).toContain('a@example.com (not verified)');
    expect(out).toContain('authenticator app, 1 passkey, 9 recovery codes left');
    expect(out).not.toContain('\u001b');
    expect(JSON.parse((await terminal.run('account show --json')).out)).toMatchObject({ secondFactor: factors });
    gateway.answers.updateAccount = ({ body }) => [200, account(body as object)];
    expect((await terminal.run('account name Ada')).out).toBe('Your name is Ada.\n');
    expect((await terminal.run('account name')).out).toBe('Your name was removed.\n');
    expect(gateway.calls.at(-1)?.body).toEqual({ name: null });
  });

  it('gets another password, from a terminal or from standard input', async () => {
    await using gateway = await fakeGateway(certificate);
    using terminal = await signedInShell(gateway);
    gateway.answers.changePassword = () => [204];
    const input = 'old one\nnew long one\n';
    expect((await terminal.run('account password --password-stdin', { input })).code).toBe(0);
    expect(gateway.calls.at(-1)?.body).toEqual({ currentPassword: 'old one', newPassword: 'new long one' });
    expect((await terminal.run('account password', { answers: ['old', 'one', 'two'] })).code).toBe(2);
    expect((await terminal.run('account password', { answers: ['old', 'new one', 'new one'] })).code).toBe(0);
    expect(gateway.calls.at(-1)?.body).toEqual({ currentPassword: 'old', newPassword: 'new one' });
  });
});

describe('sign-ins', () => {
  it('are listed, and ended one by one or together', async () => {
    await using gateway = await fakeGateway(certificate);
    using terminal = await signedInShell(gateway);
    const item = {
      id,
      kind: 'browser',
      device: 'Firefox on Linux',
      address: '203.0.113.7',
      createdAt: '2026-11-21T10:00:00.000Z',
      lastSeenAt: '2026-11-21T11:59:00.000Z',
      expiresAt: '2026-12-05T12:00:00.000Z',
      current: true,
    };
    gateway.answers.listSignIns = () => [200, { items: [item] }];
    gateway.answers.revokeSignIn = () => [204];
    gateway.answers.revokeOtherSignIns = () => [204];
    const { out } = await terminal.run('account sign-ins list');
    expect(out).toMatch(new RegExp(`${id} \\* +Firefox on Linux +203.0.113.7 +2h ago +1m ago`));
    expect((await terminal.run('account sessions list --json')).out).toContain('"current": true');
    expect((await terminal.run(`account sign-ins revoke ${id}`)).code).toBe(0);
    expect(gateway.calls.at(-1)).toMatchObject({ operation: 'revokeSignIn', params: [id] });
    expect((await terminal.run('account sign-ins revoke --others')).code).toBe(0);
    expect(gateway.calls.at(-1)?.operation).toBe('revokeOtherSignIns');
    expect((await terminal.run('account sign-ins revoke')).code).toBe(2);
  });
});

describe('the second factor', () => {
  const begun = { uri: 'otpauth://totp/x?secret=ABC', secret: 'ABC' };
  const codes = ['AAAA-BBBB-CCCC-DDDD'];
  const recoveryCodes = { codes, createdAt: '2026-11-21T12:00:00.000Z' };

  it('is set up in a terminal, after the proof that the gateway wants', async () => {
    await using gateway = await fakeGateway(certificate);
    using terminal = await signedInShell(gateway);
    let isFresh = false;
    gateway.answers.getAccount = () => [200, account()];
    gateway.answers.createTotp = () => (isFresh ? [201, begun] : stepUpRequired);
    gateway.answers.stepUp = () => {
      isFresh = true;
      return [204];
    };
    gateway.answers.confirmTotp = () => [200, { recoveryCodes }];
    const run = await terminal.run('account second-factor enable', { answers: ['my password', '123456'] });
    expect(run.code).toBe(0);
    expect(run.out).toContain(begun.uri);
    expect(run.out).toContain(codes[0]);
    const sent = gateway.calls.flatMap(({ operation, body }) => (body === undefined ? [] : [[operation, body]]));
    expect(sent).toEqual([
      ['stepUp', { password: 'my password' }],
      ['confirmTotp', { code: '123456' }],
    ]);
  });

  it('is set up in two runs without one', async () => {
    await using gateway = await fakeGateway(certificate);
    using terminal = await signedInShell(gateway);
    gateway.answers.createTotp = () => [201, begun];
    gateway.answers.confirmTotp = () => [200, { recoveryCodes }];
    expect(JSON.parse((await terminal.run('account second-factor enable --json')).out)).toEqual(begun);
    const { out } = await terminal.run('account second-factor enable --confirm 123456 --json');
    expect(JSON.parse(out)).toEqual({ enabled: true, recoveryCodes: codes });
  });

  it('proves itself with --code, and says so if it is needed', async () => {
    await using gateway = await fakeGateway(certificate);
    using terminal = await signedInShell(gateway);
    gateway.answers.createRecoveryCodes = () => stepUpRequired;
    const refused = await terminal.run('account second-factor recovery-codes --json');
    expect([refused.code, JSON.parse(refused.err).error.code]).toEqual([5, 'step-up-required']);
    gateway.answers.stepUp = () => [204];
    gateway.answers.createRecoveryCodes = () => [201, recoveryCodes];
    const { out } = await terminal.run('account second-factor recovery-codes --code 123456');
    expect(out).toContain(codes[0]);
    expect(gateway.calls.at(-2)).toMatchObject({ operation: 'stepUp', body: { code: '123456' } });
  });

  it('is shown, and removed after a question', async () => {
    await using gateway = await fakeGateway(certificate);
    using terminal = await signedInShell(gateway);
    gateway.answers.getAccount = () => [200, account({ secondFactor: factors })];
    gateway.answers.deleteTotp = () => [204];
    expect((await terminal.run('account second-factor status')).out).toContain('authenticator app');
    expect((await terminal.run('account second-factor disable')).code).toBe(2);
    expect((await terminal.run('account second-factor disable', { answers: ['n'] })).code).toBe(1);
    expect((await terminal.run('account second-factor disable --yes')).code).toBe(0);
    expect(gateway.calls.at(-1)?.operation).toBe('deleteTotp');
  });
});
