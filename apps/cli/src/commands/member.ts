import { type Role, roles } from '@postern/contracts';
import { type Command, Option } from 'commander';
import { CliError, exitCodes } from '../cli-error.ts';
import { callFresh, proving } from '../fresh-proof.ts';
import { Invocation } from '../invocation.ts';
import type { Io } from '../io.ts';
import { listOption } from '../options.ts';
import { printable } from '../printable.ts';
import { table } from '../table.ts';
import { relativeTime } from '../time.ts';

interface InviteOptions {
  role: Role;
  team: string[];
}

export function addMemberCommands(program: Command, io: Io): void {
  const member = program.command('member').description('the people of your organization');
  const invocationOf = (command: Command): Invocation => new Invocation(io, command.optsWithGlobals());
  member
    .command('list')
    .description('list members, and invitations that nobody has accepted yet')
    .action(async (_options, command: Command) => list(invocationOf(command)));
  member
    .command('invite')
    .argument('<email>')
    .description('invite somebody and print the link that makes them a member; it works once, for 7 days')
    .addOption(new Option('--role <role>', 'what they may do').choices(roles).default('member'))
    .addOption(listOption('--team <slug>', 'a team to put them into; may be repeated'))
    .action(async (email: string, options: InviteOptions, command: Command) =>
      invite(invocationOf(command), email, options),
    );
  member
    .command('role')
    .argument('<email>')
    .addArgument(program.createArgument('<role>').choices(roles))
    .description('change the role of a member')
    .action(async (email: string, role: Role, _options, command: Command) =>
      setRole(invocationOf(command), email, role),
    );
  proving(member.command('remove-second-factor'))
    .argument('<email>')
    .description('remove every second factor of a member who lost them, and end all their sign-ins')
    .option('--yes', 'do not ask')
    .action(async (email: string, { yes }: { yes?: boolean }, command: Command) =>
      removeSecondFactor(invocationOf(command), email, yes),
    );
  member
    .command('remove')
    .argument('<email>')
    .description('remove a member with their tokens and access, or revoke an invitation')
    .option('--yes', 'do not ask')
    .action(async (email: string, { yes }: { yes?: boolean }, command: Command) =>
      remove(invocationOf(command), email, yes),
    );
}

async function list(invocation: Invocation): Promise<void> {
  const { organization, io } = invocation;
  const { items } = await invocation.call('listMembers', { params: { organization } });
  const invitations = await invitationsOf(invocation);
  invocation.print({ items, invitations }, () => {
    const members = items.map(({ email, role, teams, joinedAt }) => [
      email,
      role,
      teams.join(',') || '-',
      relativeTime(joinedAt, io.now()),
    ]);
    const invited = invitations.map(({ email, role, teams, expiresAt }) => [
      email,
      role,
      teams.join(',') || '-',
      Date.parse(expiresAt) > io.now() ? `invited, until ${relativeTime(expiresAt, io.now())}` : 'invitation expired',
    ]);
    return table(['E-MAIL', 'ROLE', 'TEAMS', 'JOINED'], [...members, ...invited]);
  });
}

/** Open invitations; none for people who may not see them. */
async function invitationsOf(invocation: Invocation) {
  try {
    return (await invocation.call('listInvitations', { params: { organization: invocation.organization } })).items;
  } catch (error) {
    if (error instanceof CliError && error.exitCode === exitCodes.forbidden) return [];
    throw error;
  }
}

async function invite(invocation: Invocation, email: string, { role, team }: InviteOptions): Promise<void> {
  const { organization, io } = invocation;
  const body = { email, role, teams: team };
  const { invitation, link, mailed } = await invocation.call('inviteMember', { params: { organization }, body });
  invocation.print({ ...invitation, link, mailed }, () => `${printable(link)}\n`);
  const to = printable(invitation.email);
  const until = `It works once, ${relativeTime(invitation.expiresAt, io.now())} at the latest, and is not shown again.`;
  if (mailed === null) invocation.hint(`Give this link to ${to}. ${until}`);
  else
    invocation.hint(
      `${mailed ? `${to} was sent a link by e-mail, which also makes an account.` : `The e-mail to ${to} could not be sent. Invite them again to try again.`} The link above is for an account with this address, verified. ${until}`,
    );
}

async function setRole(invocation: Invocation, email: string, role: Role): Promise<void> {
  const { organization } = invocation;
  const { id } = await memberOf(invocation, email);
  const changed = await invocation.call('updateMember', { params: { organization, user: id }, body: { role } });
  invocation.print(changed, () => `${printable(changed.email)} is ${changed.role} now.\n`);
}

async function remove(invocation: Invocation, email: string, yes: boolean | undefined): Promise<void> {
  const { organization } = invocation;
  const invitation = (await invitationsOf(invocation)).find((one) => one.email === email.trim().toLowerCase());
  if (invitation !== undefined) {
    await invocation.call('revokeInvitation', { params: { organization, invitation: invitation.id } });
    invocation.print({ id: invitation.id, revoked: true }, () => `Revoked the invitation of ${printable(email)}.\n`);
    return;
  }
  const { id } = await memberOf(invocation, email);
  await invocation.confirm(`Remove ${email} from ${organization}, with their tokens and access?`, yes);
  await invocation.call('removeMember', { params: { organization, user: id } });
  invocation.print({ id, removed: true }, () => `Removed ${printable(email)}.\n`);
}

async function removeSecondFactor(invocation: Invocation, email: string, yes: boolean | undefined): Promise<void> {
  const { organization } = invocation;
  const { id } = await memberOf(invocation, email);
  await invocation.confirm(`Remove every second factor of ${email}, and end all their sign-ins and tokens?`, yes);
  await callFresh(invocation, 'removeSecondFactor', { params: { organization, user: id } });
  invocation.print({ id, removed: true }, () => `Removed the second factors of ${printable(email)}.\n`);
}

/** @throws {CliError} not-found. */
async function memberOf(invocation: Invocation, email: string): Promise<{ id: string }> {
  const { organization } = invocation;
  const { items } = await invocation.call('listMembers', { params: { organization } });
  const found = items.find((member) => member.email === email.trim().toLowerCase());
  if (found !== undefined) return found;
  throw new CliError(`${printable(email)} is not a member of ${organization}. \`postern member list\` shows who is.`, {
    exitCode: exitCodes.notFound,
    code: 'not-found',
  });
}
