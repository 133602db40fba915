import { resolve } from 'node:path';
import { type Document, isMap, isSeq, parse, parseDocument, type YAMLMap } from 'yaml';
import { CliError } from './cli-error.ts';

/** The fields of a kubeconfig that merging needs. */
interface Kubeconfig {
  clusters: Named[];
  users: (Named & { user: { exec?: { command: string; env?: { name: string; value: string }[] } } })[];
  contexts: Named[];
}
interface Named {
  name: string;
}

/** Path of the kubeconfig to which kubectl would write. */
export function userKubeconfig(env: NodeJS.ProcessEnv, homeFolder: string): string {
  const [first] = (env['KUBECONFIG'] ?? '').split(process.platform === 'win32' ? ';' : ':').filter(Boolean);
  return resolve(first ?? `${homeFolder}/.kube/config`);
}

/**
 * Adds the cluster, user and context of `added` to a kubeconfig, replacing those with the same names, and makes the context
 * the current one. Everything else in the file is unchanged, including comments. @throws {CliError}
 */
export function mergeKubeconfig(existing: string | undefined, added: string, contextName: string): string {
  if (existing === undefined || existing.trim() === '') return added;
  const document = parseDocument(existing);
  if (document.errors.length > 0 || !isMap(document.contents)) {
    throw new CliError(
      'Your kubeconfig is not valid YAML, so nothing was written to it. Use --output for a file of its own.',
    );
  }
  const config = parse(added) as Kubeconfig;
  for (const section of ['clusters', 'users', 'contexts'] as const) {
    for (const entry of config[section]) replace(document, section, entry);
  }
  document.set('current-context', contextName);
  return document.toString({ lineWidth: 0 });
}

function replace(document: Document, section: string, entry: Named): void {
  const list = document.get(section);
  if (!isSeq(list)) {
    document.set(section, document.createNode([entry]));
    return;
  }
  const index = list.items.findIndex((item) => isMap(item) && (item as YAMLMap).get('name') === entry.name);
  if (index === -1) list.add(document.createNode(entry));
  else list.items[index] = document.createNode(entry);
}

/**
 * Adapts the exec plugin of a rendered kubeconfig to this machine: with the command under which kubectl finds this program, and
 * with this `POSTERN_HOME`.
 */
export function localisePlugin(rendered: string, plugin: { command: string; home: string | undefined }): Document {
  const document = parseDocument(rendered);
  const users = document.get('users');
  for (const [index] of isSeq(users) ? users.items.entries() : []) {
    if (!document.hasIn(['users', index, 'user', 'exec'])) continue;
    document.setIn(['users', index, 'user', 'exec', 'command'], plugin.command);
    if (plugin.home !== undefined) {
      document.setIn(
        ['users', index, 'user', 'exec', 'env'],
        document.createNode([{ name: 'POSTERN_HOME', value: plugin.home }]),
      );
    }
  }
  return document;
}
