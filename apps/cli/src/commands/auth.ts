import { hostname } from 'node:os';
import type { CallResult } from '@postern/api-client';
import type { Command } from 'commander';
import { askFor } from '../ask.ts';
import { CliError, usageError } from '../cli-error.ts';
import { readAuthority } from '../gateway.ts';
import { type CommonOptions, Invocation } from '../invocation.ts';
import type { Io } from '../io.ts';
import { printable } from '../printable.ts';
import { proofOf } from '../proof.ts';
import { table } from '../table.ts';
import { relativeTime } from '../time.ts';

/** How long a sign-in lasts: 90 days, in seconds. */
const tokenSeconds = 7_776_000;

interface SignInOptions extends CommonOptions {
  email?: string;
  passwordStdin?: boolean;
  code?: string;
  setupCode?: string;
}

export function addAuthCommands(program: Command, io: Io): void {
  program
    .command('signup')
    .description('create a user and an organization, and sign in')
    .option('--email <address>', 'your e-mail address')
    .option('--password-stdin', 'read the password from standard input')
    .option('--setup-code <code>', 'for the first account: the code that the terminal of `npm start` shows')
    .action(async (_options, command: Command) => signUp(new Invocation(io, command.optsWithGlobals()), command));
  program
    .command('login')
    .description('sign in to a gateway')
    .option('--email <address>', 'your e-mail address')
    .option('--password-stdin', 'read the password from standard input')
    .option(
      '--code <code>',
      'if your account has a second factor: the code of your authenticator app, or a recovery code',
    )
    .action(async (_options, command: Command) => logIn(new Invocation(io, command.optsWithGlobals())));
  program
    .command('logout')
    .description('sign out: the token kept here is revoked and forgotten')
    .action(async (_options, command: Command) => logOut(new Invocation(io, command.optsWithGlobals())));
  program
    .command('whoami')
    .description('who is signed in, where, and in which organizations')
    .action(async (_options, command: Command) => whoAmI(new Invocation(io, command.optsWithGlobals())));
}

async function signUp(invocation: Invocation, command: Command): Promise<void> {
  const options = command.optsWithGlobals<SignInOptions>();
  const target = targetOf(invocation);
  const email = await emailOf(invocation, options);
  const organization =
    options.organization ?? (await askFor(invocation, 'Organization: ', { option: '--organization' }));
  const setupCode = await setupCodeOf(invocation, target, options);
  const password = await passwordOf(invocation, options);
  const body = { email, organization, password, ...(setupCode && { setupCode }), token: tokenRequest() };
  const signedIn = await invocation.callAt(target, 'signUp', { body });
  keep(invocation, { ...target, signedIn, organization: signedIn.organizations[0]?.slug ?? null });
}

async function logIn(invocation: Invocation): Promise<void> {
  const options: SignInOptions = invocation.options;
  const target = targetOf(invocation);
  const email = await emailOf(invocation, options);
  const password = await passwordOf(invocation, options);
  const token = tokenRequest();
  const answer = await invocation.callAt(target, 'signIn', { body: { email, password, token } });
  const signedIn =
    'secondFactor' in answer ? await completeSignIn(invocation, { target, token, ...answer.secondFactor }) : answer;
  const wanted = options.organization;
  if (wanted !== undefined && !signedIn.organizations.some(({ slug }) => slug === wanted)) {
    // The new token will not be stored, so it is revoked; the previously stored one stays.
    if (signedIn.token) await invocation.callAt({ ...target, token: signedIn.token.secret }, 'signOut', {});
    throw usageError(
      `You are not a member of an organization "${wanted}". Yours: ${signedIn.organizations.map(({ slug }) => slug).join(', ') || 'none'}.`,
    );
  }
  const only = signedIn.organizations.length === 1 ? signedIn.organizations[0]?.slug : undefined;
  keep(invocation, { ...target, signedIn, organization: wanted ?? only ?? null });
}

/** The second step of a sign-in. @throws {CliError} also if the account has only passkeys, which no terminal can use. */
async function completeSignIn(
  invocation: Invocation,
  step: {
    target: { url: string; caPem: string | null };
    token: ReturnType<typeof tokenRequest>;
    methods: readonly string[];
    challenge?: string | undefined;
  },
): Promise<CallResult<'completeSignIn'>> {
  const { target, token, methods, challenge } = step;
  if (methods.every((method) => method === 'passkey'))
    throw new CliError(
      'Your only second factor is a passkey, which the command line cannot use. In the dashboard, add an authenticator app or create recovery codes.',
    );
  const { code: given }: SignInOptions = invocation.options;
  const code = given ?? (await askFor(invocation, 'Code: ', { option: '--code' }));
  return invocation.callAt(target, 'completeSignIn', { body: { ...proofOf(code), challenge, token } });
}

async function logOut(invocation: Invocation): Promise<void> {
  const { url } = invocation.context;
  try {
    await invocation.call('signOut', {});
  } catch (error) {
    // An invalid token need not be revoked; but the user must know if a valid one could not be.
    if (!(error instanceof CliError) || error.code !== 'unauthenticated') {
      invocation.contexts.remove(url);
      invocation.hint(
        'Signed out on this machine, but the gateway could not be reached: the token stays valid until it expires.',
      );
      throw error;
    }
  }
  invocation.contexts.remove(url);
  invocation.print({ url, signedOut: true }, () => `Signed out of ${url}.\n`);
}

async function whoAmI(invocation: Invocation): Promise<void> {
  const { url, tokenExpiresAt, organization } = invocation.context;
  const me = await invocation.call('getMe', {});
  invocation.print({ url, ...me, organization, tokenExpiresAt }, () => {
    const rows = me.organizations.map(({ slug, name, role }) => [
      slug === organization ? `${slug} *` : slug,
      name,
      role,
    ]);
    const until = relativeTime(tokenExpiresAt, invocation.io.now());
    return `${printable(me.user.email)} at ${url} (sign-in ends ${until})\n\n${table(['ORGANIZATION', 'NAME', 'ROLE'], rows)}`;
  });
}

function keep(
  invocation: Invocation,
  signIn: { url: string; caPem: string | null; signedIn: CallResult<'completeSignIn'>; organization: string | null },
): void {
  const { url, caPem, signedIn, organization } = signIn;
  const { token, user, organizations } = signedIn;
  if (token === undefined) throw new Error('the gateway signed in without the token that was asked for');
  invocation.contexts.use({
    url,
    caPem,
    token: token.secret,
    tokenExpiresAt: token.expiresAt,
    email: user.email,
    organization,
  });
  const value = { url, user, organizations, organization, tokenExpiresAt: token.expiresAt };
  invocation.print(value, () => `Signed in to ${url} as ${printable(user.email)}.\n`);
  invocation.hint('Next: `postern cluster list`, or `postern cluster create NAME` to connect one.');
}

function targetOf(invocation: Invocation): { url: string; caPem: string | null } {
  const { url, options } = invocation;
  if (url === undefined) throw usageError('Name the gateway with --url or POSTERN_URL.');
  const { caFile } = options;
  return { url, caPem: caFile === undefined ? (invocation.contexts.find(url)?.caPem ?? null) : readAuthority(caFile) };
}

function tokenRequest(): { name: string; expiresInSeconds: number } {
  return { name: `postern on ${hostname()}`.slice(0, 100), expiresInSeconds: tokenSeconds };
}

async function emailOf(invocation: Invocation, options: SignInOptions): Promise<string> {
  return options.email ?? (await askFor(invocation, 'E-mail: ', { option: '--email' }));
}

async function passwordOf(invocation: Invocation, options: SignInOptions): Promise<string> {
  if (options.passwordStdin) {
    const [password = ''] = (await invocation.io.readInput()).split(/\r?\n/, 1);
    if (password === '') throw usageError('--password-stdin found nothing on standard input.');
    return password;
  }
  return askFor(invocation, 'Password: ', { option: '--password-stdin', secret: true });
}

/** Prompts for the code only if the gateway requires one and there is a terminal; otherwise the gateway's error says so. */
async function setupCodeOf(
  invocation: Invocation,
  target: { url: string; caPem: string | null },
  { setupCode }: SignInOptions,
): Promise<string | undefined> {
  if (setupCode !== undefined || !invocation.io.isInteractive) return setupCode;
  const { setupCodeRequired } = await invocation.callAt(target, 'getMeta', {});
  return setupCodeRequired ? askFor(invocation, 'Set-up code: ', { option: '--setup-code' }) : undefined;
}
