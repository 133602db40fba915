import { fileURLToPath } from 'node:url';
import { agentRuntime } from '@postern/kube';
import type { Command } from 'commander';

/** For `postern --help` only; `runAgent` is called before arguments are parsed, because the agent parses its own. */
export function addAgentCommand(program: Command): void {
  program
    .command('agent')
    .description('connect a cluster from outside, with a kubeconfig (postern agent --help)')
    .allowUnknownOption()
    .helpOption(false)
    .argument('[options...]');
}

/** Replaces this process with the agent, so that signals and the exit code are the agent's own. Does not return. */
export function runAgent(args: string[]): never {
  const agent = fileURLToPath(import.meta.resolve('@postern/agent/main'));
  if (process.execve === undefined) throw new Error('this platform has no execve');
  const { nodeArgs, env } = agentRuntime;
  process.execve(process.execPath, [process.execPath, ...nodeArgs, agent, ...args], { ...env, ...process.env });
  throw new Error('the agent could not be started');
}
