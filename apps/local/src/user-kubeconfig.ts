import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { Upstream } from './agents.ts';
import { UserError } from './user-error.ts';

/** A cluster of the user's own kubeconfig, with the name it gets here. */
export interface OwnCluster extends Upstream {
  name: string;
}

/** Finds the context of --connect. @throws {UserError} no kubeconfig, or no such context: it lists those that are there. */
export async function findOwnCluster(context: string | true): Promise<OwnCluster> {
  const kubeconfig = process.env['KUBECONFIG']?.split(':')[0] || join(homedir(), '.kube', 'config');
  const text = await readFile(kubeconfig, 'utf8').catch((cause: Error) => {
    throw new UserError(`--connect reads ${kubeconfig}, which cannot be read. Set KUBECONFIG to your kubeconfig.`, {
      cause,
    });
  });
  const config = parse(text) as { 'current-context'?: string; contexts?: { name: string }[] } | null;
  const names = (config?.contexts ?? []).map(({ name }) => name);
  const wanted = context === true ? config?.['current-context'] : context;
  if (wanted === undefined || !names.includes(wanted)) {
    throw new UserError(
      `${kubeconfig} has no context ${wanted ? `"${wanted}"` : 'that is current'}. It has: ${names.join(', ') || 'none'}.`,
    );
  }
  return { kubeconfig, context: wanted, name: slug(wanted) };
}

/** A context's name as a cluster's: `arn:aws:eks:…/prod` becomes `prod`. */
function slug(context: string): string {
  const last = context.split('/').at(-1) ?? context;
  return (
    last
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-+|-+$/g, '')
      .slice(0, 63) || 'mine'
  );
}
