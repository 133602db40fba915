import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { parse } from 'yaml';
import type { Upstream } from './upstream.ts';
import { UserError } from './user-error.ts';

/** A cluster of the user's own kubeconfig, with its name in Postern. */
export interface OwnCluster extends Upstream {
  name: string;
}

/** The contexts of a kubeconfig; the agent parses the rest. */
interface Contexts {
  names: string[];
  current: string | undefined;
}

/** Finds the context of --connect. @throws {UserError} no kubeconfig, or no such context, with a list of the existing ones. */
export async function findOwnCluster(context: string | true): Promise<OwnCluster> {
  const kubeconfig = process.env['KUBECONFIG'] || join(homedir(), '.kube', 'config');
  const configs = await Promise.all(kubeconfig.split(delimiter).filter(Boolean).map(read));
  const names = configs.flatMap((config) => config.names);
  const wanted = context === true ? configs.map(({ current }) => current).find(Boolean) : context;
  if (wanted === undefined || !names.includes(wanted)) {
    throw new UserError(
      `${kubeconfig} has no context ${wanted ? `"${wanted}"` : 'that is current'}. It has: ${names.join(', ') || 'none'}.`,
    );
  }
  return { kubeconfig, context: wanted, name: clusterName(wanted) };
}

async function read(file: string): Promise<Contexts> {
  const text = await readFile(file, 'utf8').catch((cause: Error) => {
    throw new UserError(`--connect reads ${file}, which cannot be read. Set KUBECONFIG to your kubeconfig.`, { cause });
  });
  try {
    // Pretty errors quote lines of the file, which contain secrets.
    const config = parse(text, { prettyErrors: false }) as {
      'current-context'?: string;
      contexts?: { name: string }[] | null;
    } | null;
    return { names: (config?.contexts ?? []).map(({ name }) => name), current: config?.['current-context'] };
  } catch (cause) {
    throw new UserError(`--connect reads ${file}, which is not a kubeconfig: ${(cause as Error).message}.`, { cause });
  }
}

/** Makes a cluster name from a context's: `arn:aws:eks:…/prod` becomes `prod`. `demo` is reserved for the demo cluster. */
function clusterName(context: string): string {
  const last = context.split('/').at(-1) ?? context;
  const slug = last
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 63)
    .replace(/^-+|-+$/g, '');
  return slug === '' || slug === 'demo' ? 'mine' : slug;
}
