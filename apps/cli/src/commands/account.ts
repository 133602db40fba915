import type { CallResult } from '@postern/api-client';
import type { Command } from 'commander';
import { askFor } from '../ask.ts';
import { usageError } from '../cli-error.ts';
import { callFresh, proving } from '../fresh-proof.ts';
import { Invocation } from '../invocation.ts';
import type { Io } from '../io.ts';
import { printable } from '../printable.ts';
import { table } from '../table.ts';
import { relativeTime } from '../time.ts';

export function addAccountCommands(program: Command, io: Io): void {
  const of = (command: Command): Invocation => new Invocation(io, command.optsWithGlobals());
  const account = program.command('account').description('your own account');
  account
    .command('show')
    .description('your name, e-mail address and second factors')
    .action(async (_options, command: Command) => show(of(command)));
  account
    .command('name')
    .argument('[name]')
    .description('change your name; without one, remove it')
    .action(async (name: string | undefined, _options, command: Command) => rename(of(command), name));
  proving(account.command('password'))
    .description('change your password; your other sign-ins end')
    .option('--password-stdin', 'read the current and the new password from standard input, one line each')
    .action(async (options: { passwordStdin?: boolean }, command: Command) => changePassword(of(command), options));
  addSignInCommands(account, of);
  addSecondFactorCommands(account, of);
}

function addSignInCommands(account: Command, of: (command: Command) => Invocation): void {
  const signIns = account
    .command('sign-ins')
    .alias('sessions')
    .description('where you are signed in, with browsers and the command line');
  signIns
    .command('list')
    .description('your sign-ins; * is this one')
    .action(async (_options, command: Command) => listSignIns(of(command)));
  signIns
    .command('revoke')
    .argument('[id]')
    .description('end one of your sign-ins, and what was made with it')
    .option('--others', 'end all but this one')
    .action(async (id: string | undefined, options: { others?: boolean }, command: Command) =>
      revokeSignIn(of(command), id, options),
    );
}

function addSecondFactorCommands(account: Command, of: (command: Command) => Invocation): void {
  const factor = account.command('second-factor').description('an authenticator app, and recovery codes');
  factor
    .command('status')
    .description('what is set up')
    .action(async (_options, command: Command) => showSecondFactor(of(command)));
  proving(factor.command('enable'))
    .description('set up an authenticator app')
    .option('--confirm <code>', 'confirm the app that is being set up with a code that it shows')
    .action(async (options: { confirm?: string }, command: Command) => enable(of(command), options.confirm));
  proving(factor.command('disable'))
    .description('remove the authenticator app')
    .option('--yes', 'do not ask')
    .action(async (options: { yes?: boolean }, command: Command) => disable(of(command), options.yes));
  proving(factor.command('recovery-codes'))
    .description('replace your recovery codes, and show the new ones once')
    .action(async (_options, command: Command) => replaceRecoveryCodes(of(command)));
}

async function show(invocation: Invocation): Promise<void> {
  const account = await invocation.call('getAccount', {});
  invocation.print(account, () => {
    const { email, name, emailVerifiedAt, sendsEmail } = account;
    const verified = emailVerifiedAt !== null ? ' (verified)' : sendsEmail ? ' (not verified)' : '';
    return `name           ${printable(name ?? '-')}
e-mail         ${printable(email)}${verified}
second factor  ${secondFactorOf(account)}
`;
  });
}

async function rename(invocation: Invocation, name: string | undefined): Promise<void> {
  const account = await invocation.call('updateAccount', { body: { name: name ?? null } });
  invocation.print(account, () =>
    account.name === null ? 'Your name was removed.\n' : `Your name is ${printable(account.name)}.\n`,
  );
}

async function changePassword(invocation: Invocation, { passwordStdin }: { passwordStdin?: boolean }): Promise<void> {
  const body = passwordStdin ? await readPasswords(invocation) : await askForPasswords(invocation);
  await callFresh(invocation, 'changePassword', { body });
  invocation.print({ changed: true }, () => 'Your password was changed, and your other sign-ins have ended.\n');
}

async function readPasswords({ io }: Invocation): Promise<{ currentPassword: string; newPassword: string }> {
  const [currentPassword = '', newPassword = ''] = (await io.readInput()).split(/\r?\n/, 2);
  if (newPassword === '') throw usageError('--password-stdin wants two lines: the current and the new password.');
  return { currentPassword, newPassword };
}

async function askForPasswords(invocation: Invocation): Promise<{ currentPassword: string; newPassword: string }> {
  const ask = (question: string) => askFor(invocation, question, { option: '--password-stdin', secret: true });
  const currentPassword = await ask('Current password: ');
  const newPassword = await ask('New password: ');
  if ((await ask('New password again: ')) !== newPassword) throw usageError('The two new passwords are different.');
  return { currentPassword, newPassword };
}

async function listSignIns(invocation: Invocation): Promise<void> {
  const { items } = await invocation.call('listSignIns', {});
  const now = invocation.io.now();
  invocation.print({ items }, () =>
    table(
      ['ID', 'DEVICE', 'ADDRESS', 'SIGNED IN', 'LAST SEEN'],
      items.map(({ id, device, address, createdAt, lastSeenAt, current }) => [
        current ? `${id} *` : id,
        device,
        address ?? '-',
        relativeTime(createdAt, now),
        lastSeenAt === null ? '-' : relativeTime(lastSeenAt, now),
      ]),
    ),
  );
}

async function revokeSignIn(invocation: Invocation, id: string | undefined, { others }: { others?: boolean }) {
  if ((id === undefined) === (others === undefined)) throw usageError('Name a sign-in, or say --others.');
  if (id === undefined) await invocation.call('revokeOtherSignIns', {});
  else await invocation.call('revokeSignIn', { params: { signIn: id } });
  invocation.print({ ...(id === undefined ? { others: true } : { id }), revoked: true }, () =>
    id === undefined ? 'Your other sign-ins have ended.\n' : `The sign-in ${printable(id)} has ended.\n`,
  );
}

async function showSecondFactor(invocation: Invocation): Promise<void> {
  const account = await invocation.call('getAccount', {});
  invocation.print(account.secondFactor, () => `${secondFactorOf(account)}\n`);
}

/** Without a terminal this takes two runs: the first prints the key, the second confirms it. */
async function enable(invocation: Invocation, confirm: string | undefined): Promise<void> {
  if (confirm !== undefined) return confirmTotp(invocation, confirm);
  const begun = await callFresh(invocation, 'createTotp', {});
  const how = `Add this key to your authenticator app:

  ${printable(begun.secret)}

or open this link on the device that has it:

  ${printable(begun.uri)}
`;
  if (!invocation.io.isInteractive || invocation.options.json) {
    invocation.print(begun, () => how);
    invocation.hint('Then run `postern account second-factor enable --confirm CODE` with the code that it shows.');
    return;
  }
  invocation.io.out(`${how}\n`);
  await confirmTotp(invocation, await askFor(invocation, 'Code that it shows: ', { option: '--confirm' }));
}

async function confirmTotp(invocation: Invocation, code: string): Promise<void> {
  const { recoveryCodes } = await callFresh(invocation, 'confirmTotp', { body: { code } });
  invocation.print({ enabled: true, recoveryCodes: recoveryCodes?.codes ?? null }, () => {
    const codes = recoveryCodes === null ? '' : `\n${recoveryText(recoveryCodes.codes)}`;
    return `The authenticator app is your second factor now.\n${codes}`;
  });
}

async function disable(invocation: Invocation, yes: boolean | undefined): Promise<void> {
  await invocation.confirm('Remove the authenticator app from your account?', yes);
  await callFresh(invocation, 'deleteTotp', {});
  invocation.print({ disabled: true }, () => 'The authenticator app was removed.\n');
}

async function replaceRecoveryCodes(invocation: Invocation): Promise<void> {
  const { codes } = await callFresh(invocation, 'createRecoveryCodes', {});
  invocation.print({ codes }, () => recoveryText(codes));
}

function secondFactorOf({ secondFactor }: Pick<CallResult<'getAccount'>, 'secondFactor'>): string {
  const { totp, passkeys, recoveryCodes } = secondFactor;
  if (!totp && passkeys === 0) return 'none';
  const parts = [
    ...(totp ? ['authenticator app'] : []),
    ...(passkeys > 0 ? [`${passkeys} ${passkeys === 1 ? 'passkey' : 'passkeys'}`] : []),
    `${recoveryCodes} recovery ${recoveryCodes === 1 ? 'code' : 'codes'} left`,
  ];
  return parts.join(', ');
}

function recoveryText(codes: readonly string[]): string {
  return `Recovery codes. Each signs you in once if you lose your second factor; they are not shown again:

${codes.map((code) => `  ${printable(code)}\n`).join('')}`;
}
