import { Command } from 'commander';
import { addAccessCommands } from './commands/access.ts';
import { addAccountCommands } from './commands/account.ts';
import { addAgentCommand } from './commands/agent.ts';
import { addAuditCommands } from './commands/audit.ts';
import { addAuthCommands } from './commands/auth.ts';
import { addClusterCommands } from './commands/cluster.ts';
import { addCompletionCommands } from './commands/completion.ts';
import { addCredentialCommand } from './commands/credential.ts';
import { addKubeconfigCommand } from './commands/kubeconfig.ts';
import { addMemberCommands } from './commands/member.ts';
import { addOidcCommands } from './commands/oidc.ts';
import { addOrganizationCommands } from './commands/organization.ts';
import { addServiceAccountCommands } from './commands/service-account.ts';
import { addSessionCommands } from './commands/sessions.ts';
import { addTeamCommands } from './commands/team.ts';
import { addTokenCommands } from './commands/token.ts';
import { addVersionCommand } from './commands/version.ts';
import type { Io } from './io.ts';
import { version } from './version.ts';

/** All commands. Nothing runs before `parseAsync`. */
export function createProgram(io: Io): Command {
  const program = new Command('postern')
    .description('Access to Kubernetes clusters that accept no inbound connection.')
    .version(version)
    .option('--url <url>', 'the gateway, https://… (default: the one you signed in to last)')
    .option('--ca-file <file>', "authority that signed the gateway's certificate, PEM; trusted besides the system's")
    .option('--organization <slug>', "the organization that is meant (for signup: the new one's name)")
    .option('--json', 'print JSON')
    .exitOverride()
    .configureOutput({ writeOut: (text) => io.out(text), writeErr: (text) => io.err(text), outputError: () => {} });
  addAuthCommands(program, io);
  addAccountCommands(program, io);
  addClusterCommands(program, io);
  addKubeconfigCommand(program, io);
  addCredentialCommand(program, io);
  addOrganizationCommands(program, io);
  addOidcCommands(program, io);
  addMemberCommands(program, io);
  addTeamCommands(program, io);
  addAccessCommands(program, io);
  addServiceAccountCommands(program, io);
  addTokenCommands(program, io);
  addSessionCommands(program, io);
  addAuditCommands(program, io);
  addAgentCommand(program);
  addVersionCommand(program, io);
  addCompletionCommands(program, io);
  for (const command of all(program)) command.copyInheritedSettings(program);
  return program;
}

function all(command: Command): Command[] {
  return command.commands.flatMap((one) => [one, ...all(one)]);
}
