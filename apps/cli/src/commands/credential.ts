import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Command } from 'commander';
import { CliError } from '../cli-error.ts';
import { stateFolder } from '../contexts.ts';
import { Invocation } from '../invocation.ts';
import type { Io } from '../io.ts';
import { readIfThere, writePrivately } from '../private-file.ts';

/** A cached credential that expires sooner than this is not reused, in milliseconds. */
const spareMs = 60_000;

interface Credential {
  token: string;
  expiresAt: string;
}

export function addCredentialCommand(program: Command, io: Io): void {
  program
    .command('credential', { hidden: true })
    .description('answer kubectl as its exec credential plugin (client.authentication.k8s.io)')
    .requiredOption('--cluster <name>', 'the cluster to authenticate to')
    .action(async (options: { cluster: string }, command: Command) =>
      credential(new Invocation(io, command.optsWithGlobals()), options.cluster),
    );
}

async function credential(invocation: Invocation, cluster: string): Promise<void> {
  const { io, organization } = invocation;
  const { url, token } = invocation.context;
  // The token is part of the name, because a credential ends with the sign-in that it was made from.
  const name = createHash('sha256')
    .update(JSON.stringify([url, organization, cluster, token]))
    .digest('hex');
  const file = join(stateFolder(io), 'credentials', `${name}.json`);
  const kept = fresh(readIfThere(file), io.now());
  const answer = kept ?? (await invocation.call('createClusterCredential', { params: { organization, cluster } }));
  if (kept === undefined) writePrivately(file, `${JSON.stringify(answer)}\n`);
  io.out(`${JSON.stringify(execCredential(answer, io.env['KUBERNETES_EXEC_INFO']))}\n`);
}

function fresh(text: string | undefined, now: number): Credential | undefined {
  if (text === undefined) return undefined;
  try {
    const kept = JSON.parse(text) as Credential;
    return Date.parse(kept.expiresAt) - spareMs > now ? kept : undefined;
  } catch {
    return undefined;
  }
}

const versions = ['client.authentication.k8s.io/v1', 'client.authentication.k8s.io/v1beta1'];

/** @param info KUBERNETES_EXEC_INFO from kubectl, which names the version that it expects. */
function execCredential({ token, expiresAt }: Credential, info: string | undefined): object {
  let apiVersion = versions[0];
  if (info !== undefined) {
    try {
      ({ apiVersion } = JSON.parse(info) as { apiVersion: string });
    } catch {
      apiVersion = undefined;
    }
    if (apiVersion === undefined || !versions.includes(apiVersion)) {
      throw new CliError(`This kubectl asks for a credential in an unsupported version (${apiVersion}).`);
    }
  }
  return { apiVersion, kind: 'ExecCredential', status: { token, expirationTimestamp: expiresAt } };
}
