import type { CallResult } from '@postern/api-client';
import type { OidcGroupMapping } from '@postern/contracts';
import { type Command, InvalidArgumentError } from 'commander';
import { askFor } from '../ask.ts';
import { CliError, exitCodes, usageError } from '../cli-error.ts';
import { callFresh, proving } from '../fresh-proof.ts';
import { Invocation } from '../invocation.ts';
import type { Io } from '../io.ts';
import { printable } from '../printable.ts';
import { table } from '../table.ts';

type Provider = CallResult<'getOidc'>;

interface SetOptions {
  issuer?: string;
  clientId?: string;
  clientSecretStdin?: boolean;
  domain?: string[];
  groupsClaim?: string;
  map?: OidcGroupMapping[];
  trustSecondFactor?: boolean;
}

export function addOidcCommands(program: Command, io: Io): void {
  const oidc = program.command('oidc').description('sign-in with the OpenID Connect provider of your organization');
  const of = (command: Command): Invocation => new Invocation(io, command.optsWithGlobals());
  oidc
    .command('show')
    .description('show the provider, and what to enter there and in the DNS')
    .action(async (_options, command: Command) => show(of(command)));
  proving(oidc.command('set'))
    .description('set the provider, or change what is given')
    .option('--issuer <url>', 'exactly as the provider writes it in its tokens')
    .option('--client-id <id>', 'of the client that you made for Postern at the provider')
    .option('--client-secret-stdin', 'read the secret of the client from standard input')
    .option('--domain <domain...>', 'e-mail domains whose people may join by signing in; replaces those set before')
    .option('--groups-claim <name>', 'the claim that lists the groups of a person (default: groups)')
    .option('--map <group=team[:role]...>', 'people in a group are in a team; replaces those set before', mapping)
    .option('--trust-second-factor', 'a second factor at the provider counts as one here')
    .option('--no-trust-second-factor', 'a second factor at the provider does not count')
    .action(async (options: SetOptions, command: Command) => set(of(command), options));
  oidc
    .command('test')
    .description('ask the provider for its configuration; exit code 1 if it does not answer as it must')
    .action(async (_options, command: Command) => test(of(command)));
  proving(oidc.command('remove'))
    .description('remove the provider; sign-ins with it end at once')
    .option('--yes', 'do not ask')
    .action(async ({ yes }: { yes?: boolean }, command: Command) => remove(of(command), yes));
}

/** Reads `group=team` or `group=team:role`. Names of groups may have `=` and `:` in them, those of teams have neither. */
function mapping(given: string, before: OidcGroupMapping[] = []): OidcGroupMapping[] {
  const parts = /^(?<group>.+)=(?<team>[^=:]+)(?::(?<role>member|auditor|admin))?$/.exec(given)?.groups;
  if (parts === undefined)
    throw new InvalidArgumentError('Write GROUP=TEAM, or GROUP=TEAM:ROLE with the role member, auditor or admin.');
  const { group = '', team = '', role } = parts;
  return [...before, { group, team, ...(role !== undefined && { role: role as 'member' | 'auditor' | 'admin' }) }];
}

async function show(invocation: Invocation): Promise<void> {
  const provider = await current(invocation);
  if (provider !== undefined) return print(invocation, provider);
  const returnsTo = new URL('/account/provider', invocation.context.url).href;
  throw new CliError(
    `There is no provider yet. Make a client there that returns to ${returnsTo}, then \`postern oidc set\`.`,
    {
      exitCode: exitCodes.notFound,
      code: 'not-found',
    },
  );
}

async function set(invocation: Invocation, options: SetOptions): Promise<void> {
  const { organization } = invocation;
  const before = await current(invocation);
  const issuer = options.issuer ?? before?.issuer;
  const clientId = options.clientId ?? before?.clientId;
  if (issuer === undefined || clientId === undefined) throw usageError('Give --issuer and --client-id.');
  const isSameClient = issuer === before?.issuer && clientId === before.clientId;
  const clientSecret = await secretOf(invocation, options, isSameClient);
  const body = {
    issuer,
    clientId,
    ...(clientSecret !== undefined && { clientSecret }),
    domains: options.domain ?? before?.domains ?? [],
    groupsClaim: options.groupsClaim ?? before?.groupsClaim ?? 'groups',
    groupMappings: options.map ?? before?.groupMappings ?? [],
    trustsSecondFactor: options.trustSecondFactor ?? before?.trustsSecondFactor ?? false,
  };
  print(invocation, await callFresh(invocation, 'setOidc', { params: { organization }, body }));
  invocation.hint('Next: `postern oidc test`');
}

/** @returns undefined to keep the secret that is stored. */
async function secretOf(invocation: Invocation, { clientSecretStdin }: SetOptions, isSameClient: boolean) {
  if (clientSecretStdin === true) return (await invocation.io.readInput()).trim();
  if (isSameClient) return undefined;
  return askFor(invocation, 'Client secret: ', { option: '--client-secret-stdin', secret: true });
}

async function current(invocation: Invocation): Promise<Provider | undefined> {
  const { organization } = invocation;
  try {
    return await invocation.call('getOidc', { params: { organization } });
  } catch (error) {
    if (error instanceof CliError && error.code === 'not-found') return undefined;
    throw error;
  }
}

async function test(invocation: Invocation): Promise<void> {
  const { organization } = invocation;
  const { works, error } = await invocation.call('testOidc', { params: { organization } });
  invocation.print({ works, error }, () => (works ? 'The provider answers, and offers what is needed.\n' : ''));
  if (!works) throw new CliError(printable(error ?? 'The provider does not work.'), { code: 'oidc-broken' });
}

async function remove(invocation: Invocation, yes: boolean | undefined): Promise<void> {
  const { organization } = invocation;
  await invocation.confirm(`Remove the provider of ${organization}? Sign-ins with it end at once.`, yes);
  await callFresh(invocation, 'removeOidc', { params: { organization } });
  invocation.print({ organization, removed: true }, () => 'The provider was removed.\n');
}

function print(invocation: Invocation, provider: Provider): void {
  invocation.print(provider, () => {
    const { issuer, clientId, redirectUri, domains, domainProof, groupsClaim, groupMappings } = provider;
    const facts = `issuer         ${printable(issuer)}
client         ${printable(clientId)}
returns to     ${printable(redirectUri)}
second factor  ${provider.trustsSecondFactor ? 'counts if the provider asked for one' : 'asked for here'}
groups from    ${printable(groupsClaim)}
`;
    const proof = domains.map((domain) => [`_postern.${domain}`, 'TXT', domainProof]);
    const mappings = groupMappings.map(({ group, team, role }) => [group, team, role ?? '-']);
    return [
      facts,
      ...(proof.length > 0 ? [`\n${table(['DNS RECORD', 'TYPE', 'VALUE'], proof)}`] : []),
      ...(mappings.length > 0 ? [`\n${table(['GROUP', 'TEAM', 'ROLE'], mappings)}`] : []),
    ].join('');
  });
}
