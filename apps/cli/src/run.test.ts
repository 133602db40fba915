import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { selfSigned, type TestCertificate } from '@postern/testkit';
import { beforeAll, describe, expect, it } from 'vitest';
import manifest from '../package.json' with { type: 'json' };
import { fakeGateway } from './test/gateway.ts';
import { shell } from './test/shell.ts';
import { id, organizations, signedIn, signedInShell, user } from './test/signed-in.ts';
import { version } from './version.ts';

let certificate: TestCertificate;
beforeAll(async () => {
  certificate = await selfSigned();
});

const joining = {
  joinToken: 'join-secret',
  expiresAt: '2026-11-21T13:00:00.000Z',
  installCommand: 'curl … | kubectl apply -f -',
  outsideCommand: 'postern agent …',
  uninstallCommand: 'kubectl delete …',
};
const cluster = (changes: object = {}) => ({
  id,
  uninstallCommand: joining.uninstallCommand,
  name: 'prod',
  status: 'pending',
  statusSince: '2026-11-21T11:57:00.000Z',
  agent: null,
  kubernetes: null,
  problem: null,
  ...changes,
});
const failure = (code: string, message: string) => ({ error: { code, message } });

describe('signing up and in', () => {
  it('signs up with a password from standard input, and stores the token readable by its owner only', async () => {
    await using gateway = await fakeGateway(certificate);
    using terminal = shell(certificate);
    gateway.answers.signUp = () => [201, signedIn];
    const args = `signup --url ${gateway.url} --ca-file ${terminal.caFile} --email a@example.com --organization Acme --password-stdin`;
    const { code, out, err } = await terminal.run(args, { input: 'correct horse\nignored\n' });
    expect(code).toBe(0);
    expect(gateway.calls[0]?.body).toMatchObject({
      email: 'a@example.com',
      organization: 'Acme',
      password: 'correct horse',
      token: { expiresInSeconds: 7_776_000 },
    });
    const file = join(terminal.folder, 'postern', 'config.json');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(join(terminal.folder, 'postern')).mode & 0o777).toBe(0o700);
    expect(out + err).not.toContain('postern_secret');
    expect(out).toContain('a@example.com');
  });

  it('prompts for what is missing in an interactive terminal', async () => {
    await using gateway = await fakeGateway(certificate);
    using terminal = shell(certificate);
    gateway.answers.signIn = () => [200, signedIn];
    const args = `login --url ${gateway.url} --ca-file ${terminal.caFile}`;
    expect(await terminal.run(args)).toMatchObject({ code: 2, err: expect.stringContaining('--email') });
    const { code } = await terminal.run(args, { answers: [' a@example.com ', ' spaces count '] });
    expect(code).toBe(0);
    expect(gateway.calls[0]?.body).toMatchObject({ email: 'a@example.com', password: ' spaces count ' });
  });

  it('sends the set-up code of a first account, and prompts for it if the gateway requires one', async () => {
    await using gateway = await fakeGateway(certificate);
    using terminal = shell(certificate);
    let setupCodeRequired = true;
    gateway.answers.signUp = () => [201, signedIn];
    gateway.answers.getMeta = () => [
      200,
      { version: '1', publicUrl: gateway.url, caCertificate: null, local: true, setupCodeRequired },
    ];
    const args = `signup --url ${gateway.url} --ca-file ${terminal.caFile} --email a@example.com --organization Acme`;
    const codes = () =>
      gateway.calls.flatMap(({ operation, body }) =>
        operation === 'signUp' ? [(body as { setupCode?: string }).setupCode] : [],
      );
    await terminal.run(`${args} --password-stdin --setup-code AAAA-BBBB`, { input: 'x\n' });
    expect(codes()).toEqual(['AAAA-BBBB']);
    const asked = await terminal.run(args, { answers: [' CCCC-DDDD ', 'password'] });
    expect(asked.err).toContain('Set-up code: ');
    setupCodeRequired = false;
    const other = await terminal.run(args, { answers: ['password'] });
    expect(other.err).not.toContain('Set-up code');
    expect(codes()).toEqual(['AAAA-BBBB', 'CCCC-DDDD', undefined]);
    const message = 'This Postern has no account yet. Enter the set-up code.';
    gateway.answers.signUp = () => [
      403,
      { error: { code: 'forbidden', message, fields: [{ path: 'setupCode', message }] } },
    ];
    const refused = await terminal.run(`${args} --password-stdin`, { input: 'x\n' });
    expect(refused).toMatchObject({ code: 5, err: `${message}\n` });
  });

  it.each([
    [
      { error: { code: 'rate-limited', message: 'Too many requests.' } },
      'Too many requests. Try again in 7 seconds.\n',
    ],
    [
      { error: { code: 'rate-limited', message: 'Too many attempts. Try again in 7 seconds.' } },
      'Too many attempts. Try again in 7 seconds.\n',
    ],
    [
      { error: { code: 'rate-limited', message: '\u001b]52;c;x\u0007\u202e' } },
      '\\u{1b}]52;c;x\\u{7}\\u{202e} Try again in 7 seconds.\n',
    ],
  ])('says when to retry after 429: %j', async (body, sentence) => {
    await using gateway = await fakeGateway(certificate);
    using terminal = shell(certificate);
    gateway.answers.signIn = () => [429, body, { 'retry-after': '7' }];
    const args = `login --url ${gateway.url} --ca-file ${terminal.caFile} --email a@b.c --password-stdin`;
    expect(await terminal.run(args, { input: 'x\n' })).toMatchObject({ code: 1, err: sentence });
  });

  it('keeps no token, locally or at the gateway, for an organization of others', async () => {
    await using gateway = await fakeGateway(certificate);
    using terminal = shell(certificate);
    gateway.answers.signIn = () => [200, signedIn];
    gateway.answers.signOut = () => [204];
    const args = `login --url ${gateway.url} --ca-file ${terminal.caFile} --email a@b.c --password-stdin`;
    const { code, err } = await terminal.run(`${args} --organization other`, { input: 'x\n' });
    expect([code, err]).toEqual([2, 'You are not a member of an organization "other". Yours: acme.\n']);
    expect(gateway.calls.at(-1)).toMatchObject({ operation: 'signOut', authorization: 'Bearer postern_secret' });
    expect((await terminal.run('whoami')).code).toBe(3);
  });

  it('sends nothing to a gateway whose certificate it does not trust', async () => {
    await using gateway = await fakeGateway(certificate);
    using terminal = shell(certificate);
    const { code, err } = await terminal.run(`login --url ${gateway.url} --email a@b.c --password-stdin`, {
      input: 'x\n',
    });
    expect(code).toBe(7);
    expect(err).toContain('--ca-file');
    expect(gateway.calls).toEqual([]);
  });

  it('remembers gateway, CA and organization for later commands', async () => {
    await using gateway = await fakeGateway(certificate);
    using terminal = await signedInShell(gateway);
    gateway.answers.listClusters = () => [200, { items: [] }];
    expect((await terminal.run('cluster list')).code).toBe(0);
    expect(gateway.calls[0]).toMatchObject({ params: ['acme'], authorization: 'Bearer postern_secret' });
  });

  it('keeps several gateways apart', async () => {
    await using first = await fakeGateway(certificate);
    await using second = await fakeGateway(certificate);
    using terminal = await signedInShell(first);
    second.answers.signIn = () => [200, { ...signedIn, token: { ...signedIn.token, secret: 'other' } }];
    const login = `login --url ${second.url} --ca-file ${terminal.caFile} --email a@b.c --password-stdin`;
    expect((await terminal.run(login, { input: 'x\n' })).code).toBe(0);
    for (const gateway of [first, second]) gateway.answers.listClusters = () => [200, { items: [] }];
    await terminal.run('cluster list');
    await terminal.run(`cluster list --url ${first.url}`);
    expect(second.calls.at(-1)?.authorization).toBe('Bearer other');
    expect(first.calls.at(-1)?.authorization).toBe('Bearer postern_secret');
  });

  it('signs out at the gateway and locally, even if the token was already invalid', async () => {
    await using gateway = await fakeGateway(certificate);
    for (const answer of [[204], [401, failure('unauthenticated', 'no')]] as [number, unknown?][]) {
      using terminal = await signedInShell(gateway);
      gateway.answers.signOut = () => answer;
      expect((await terminal.run('logout')).code).toBe(0);
      expect((await terminal.run('whoami')).code).toBe(3);
    }
  });

  it('says who is signed in', async () => {
    await using gateway = await fakeGateway(certificate);
    using terminal = await signedInShell(gateway);
    gateway.answers.getMe = () => [200, { user, organizations }];
    expect((await terminal.run('whoami')).out).toMatch(
      /a@example\.com at .*\(sign-in ends in 90d\)[\s\S]*acme \*\s+Acme, Inc\.\s+owner/,
    );
    expect(JSON.parse((await terminal.run('whoami --json')).out)).toMatchObject({ user, organization: 'acme' });
  });
});

describe('clusters', () => {
  it('creates one and prints what scripts rely on', async () => {
    await using gateway = await fakeGateway(certificate);
    using terminal = await signedInShell(gateway);
    gateway.answers.createCluster = () => [201, { cluster: cluster(), joining }];
    const { out, err } = await terminal.run('cluster create prod --json');
    expect(JSON.parse(out)).toEqual({ id, name: 'prod', ...joining });
    expect(err).toBe('');
    expect((await terminal.run('cluster create prod')).out).toContain(joining.installCommand);
  });

  it('waits until the agent connects, or reports that it did not', async () => {
    await using gateway = await fakeGateway(certificate);
    using terminal = await signedInShell(gateway);
    let asked = 0;
    gateway.answers.createCluster = () => [201, { cluster: cluster(), joining }];
    gateway.answers.getCluster = () => [200, cluster({ status: ++asked < 3 ? 'pending' : 'online' })];
    expect(await terminal.run('cluster create prod --wait')).toMatchObject({
      code: 0,
      err: expect.stringContaining('prod is online'),
    });
    gateway.answers.getCluster = () => [200, cluster()];
    const late = await terminal.run('cluster create prod --wait --timeout 5s');
    expect(late).toMatchObject({ code: 1, err: expect.stringContaining('did not connect in time') });
  });

  it('lists them aligned, without control characters from the server', async () => {
    await using gateway = await fakeGateway(certificate);
    using terminal = await signedInShell(gateway);
    const kubernetes = { version: 'v1.33.4\u001b]52;c;AAAA\u0007', platform: 'linux', nodes: { total: 3, ready: 2 } };
    const problem = { code: 'x', message: 'line\r\nbreak\u202e' };
    gateway.answers.listClusters = () => [200, { items: [cluster({ kubernetes, problem }), cluster({ name: 'b' })] }];
    const { out, err } = await terminal.run('cluster list');
    const lines = out.split('\n');
    expect(lines[0]).toMatch(/^NAME {3}STATUS {4}SINCE/);
    expect(lines[1]).toMatch(/^prod {3}pending {3}3m ago {2}/);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these must not be in the output
    expect(out + err).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f\u202e]/);
    expect(out).toContain('v1.33.4\\u{1b}]52;c;AAAA\\u{7}');
  });

  it('deletes one only after confirmation', async () => {
    await using gateway = await fakeGateway(certificate);
    using terminal = await signedInShell(gateway);
    gateway.answers.getCluster = () => [200, cluster()];
    gateway.answers.deleteCluster = () => [204];
    expect((await terminal.run('cluster delete prod')).code).toBe(2);
    expect((await terminal.run('cluster delete prod', { answers: ['n'] })).code).toBe(1);
    expect(gateway.calls).toEqual([]);
    const deleted = await terminal.run('cluster delete prod', { answers: ['y'] });
    expect(deleted).toMatchObject({ code: 0, err: expect.stringContaining(joining.uninstallCommand) });
    expect((await terminal.run('cluster delete prod --yes')).code).toBe(0);
    expect(gateway.calls.filter(({ operation }) => operation === 'deleteCluster')).toHaveLength(2);
  });

  it.each([
    ['not-found', 404, 4],
    ['forbidden', 403, 5],
    ['conflict', 409, 6],
    ['invalid-request', 400, 2],
    ['unauthenticated', 401, 3],
    ['internal', 500, 1],
  ])('turns %s into its exit code', async (code, status, exitCode) => {
    await using gateway = await fakeGateway(certificate);
    using terminal = await signedInShell(gateway);
    gateway.answers.createCluster = () => [status, failure(code, 'A sentence.')];
    const human = await terminal.run('cluster create prod');
    expect(human.code).toBe(exitCode);
    expect(human.err).not.toContain('    at ');
    const forPrograms = await terminal.run('cluster create prod --json');
    expect(JSON.parse(forPrograms.err)).toMatchObject({ error: { code } });
  });
});

describe('the program', () => {
  it('completes commands and options', async () => {
    using terminal = shell(certificate);
    expect((await terminal.run('complete -- cl')).out).toBe('cluster\n');
    expect((await terminal.run('complete -- cluster cr')).out).toBe('create\n');
    expect((await terminal.run('complete -- kubeconfig --t')).out).toBe('--token\n--ttl\n');
    for (const name of ['bash', 'zsh', 'fish']) {
      expect((await terminal.run(`completion ${name}`)).out).toContain('complete');
    }
    expect((await terminal.run('completion tcsh')).code).toBe(2);
  });

  it('has a completion script that works in bash', () => {
    const script = completionOf('bash');
    const probe = `${script}\nCOMP_WORDS=(postern cluster de); COMP_CWORD=2; postern() { printf "%s " "$@"; }; _postern; echo "$COMPREPLY"`;
    expect(execFileSync('bash', ['-c', probe], { encoding: 'utf8' }).trim()).toBe('complete -- cluster de');
  });

  it('has the version of its package', () => {
    expect(version).toBe(manifest.version);
  });

  it('prints its version if it is built, or says that it is not', () => {
    const bin = fileURLToPath(new URL('../bin/postern.js', import.meta.url));
    const { stdout, stderr, status } = spawnSync(process.execPath, [bin, '--version'], { encoding: 'utf8' });
    if (status === 0) expect(stdout.trim()).toBe(version);
    else expect(stderr).toContain('not built yet');
  });

  it('is described by docs/cli.md: every command, option and exit code', async () => {
    const { createProgram } = await import('./program.ts');
    const { exitCodes } = await import('./cli-error.ts');
    using terminal = shell(certificate);
    const text = readFileSync(new URL('../../../docs/cli.md', import.meta.url), 'utf8');
    const walk = (command: ReturnType<typeof createProgram>, path: string[]): void => {
      for (const option of command.options) if (option.long) expect(text, path.join(' ')).toContain(option.long);
      for (const one of command.createHelp().visibleCommands(command)) {
        if (one.name() === 'help') continue;
        const name = [...path, one.name()].join(' ');
        if (one.commands.length === 0) expect(text).toContain(`\`${name}`);
        walk(one, [...path, one.name()]);
      }
    };
    walk(createProgram(terminal.io), ['postern']);
    for (const code of Object.values(exitCodes)) expect(text).toMatch(new RegExp(`^\\| ${code} +\\|`, 'm'));
  });
});

function completionOf(name: string): string {
  const program = fileURLToPath(new URL('main.ts', import.meta.url));
  return execFileSync(process.execPath, ['--conditions=@postern/source', program, 'completion', name], {
    encoding: 'utf8',
  });
}
