import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { parse } from 'yaml';
import type { Upstream } from './agents.ts';
import { UserError } from './user-error.ts';

/** A cluster of the user's own kubeconfig, with the name it gets here. */
export interface OwnCluster extends Upstream {
  name: string;
}

/** The contexts of a kubeconfig; the agent reads the rest. */
interface Contexts {
  names: string[];
  current: string | undefined;
}

/** Finds the context of --connect. @throws {UserError} no kubeconfig, or no such context: it lists those that are there. */
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
    // Pretty errors show lines of the file, and those hold secrets.
    const config = parse(text, { prettyErrors: false }) as {
      'current-context'?: string;
      contexts?: { name: string }[] | null;
    } | null;
    return { names: (config?.contexts ?? []).map(({ name }) => name), current: config?.['current-context'] };
  } catch (cause) {
    throw new UserError(`--connect reads ${file}, which is not a kubeconfig: ${(cause as Error).message}.`, { cause });
  }
}

/** A context's name as a cluster's: `arn:aws:eks:…/prod` becomes `prod`. The name `demo` belongs to the demo cluster. */
function clusterName(context: string): string {
  const last = context.split('/').at(-1) ?? context;
  const slug = last
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 63)
    .replace(/^-+|-+$/g, '');
  return slug === '' || slug === 'demo' ? 'mine' : slug;
}
