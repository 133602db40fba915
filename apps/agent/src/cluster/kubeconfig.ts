import { readFileSync } from 'node:fs';
import { delimiter, dirname, resolve } from 'node:path';
import {
  type Cluster,
  type Context,
  newClusters,
  newContexts,
  newUsers,
  type User,
} from '@kubernetes/client-node/dist/config_types.js';
import { getProxyForUrl } from 'proxy-from-env';
import { parse } from 'yaml';
import { UserError } from '../user-error.ts';
import type { ClusterEndpoint } from './endpoint.ts';
import { authoritiesIn } from './renewed-files.ts';
import { userAuthentication } from './user-authentication.ts';

/** Contexts, clusters and users of one or more kubeconfig files; the first file with a name wins, as in kubectl. */
interface Kubeconfig {
  contexts: Context[];
  clusters: Cluster[];
  users: (User & { tokenFile?: string })[];
  currentContext: string | undefined;
}

/** The endpoint of a context, and the context's name. @throws {UserError} */
export function kubeconfigEndpoint(
  files: string,
  contextName: string | undefined,
): { endpoint: ClusterEndpoint; context: string } {
  const config = merge(files.split(delimiter).filter(Boolean));
  const wanted = contextName ?? config.currentContext;
  const context = config.contexts.find(({ name }) => name === wanted);
  if (context === undefined) {
    const names = config.contexts.map(({ name }) => name).join(', ') || 'none';
    throw new UserError(
      wanted
        ? `${files} has no context "${wanted}". It has: ${names}.`
        : `${files} has no current context: name one with --context. It has: ${names}.`,
    );
  }
  const cluster = config.clusters.find(({ name }) => name === context.cluster);
  const user = config.users.find(({ name }) => name === context.user);
  if (cluster === undefined)
    throw new UserError(`${files}: context "${context.name}" names a cluster that is not there.`);
  if (user === undefined) throw new UserError(`${files}: context "${context.name}" names a user that is not there.`);
  if (user.impersonateUser) {
    throw new UserError(
      `${files}: user "${user.name}" impersonates another one (as:), which an agent cannot do twice.`,
    );
  }
  const server = serverOf(cluster, files);
  const ca = authoritiesOf(cluster);
  return {
    context: context.name,
    endpoint: {
      server,
      get ca() {
        return ca();
      },
      serverName: cluster.tlsServerName,
      skipVerification: cluster.skipTLSVerify,
      proxy: (cluster.proxyUrl ?? getProxyForUrl(server.href)) || undefined,
      ...userAuthentication(user, cluster),
    },
  };
}

/** A file is read again when it changes. */
function authoritiesOf({ caFile, caData }: Cluster): () => Buffer | undefined {
  if (!caFile) return () => (caData ? Buffer.from(caData, 'base64') : undefined);
  const authorities = named(caFile, () => authoritiesIn(caFile));
  return () => authorities.get();
}

function serverOf(cluster: Cluster, files: string): URL {
  if (!URL.canParse(cluster.server)) throw new UserError(`${files}: the server "${cluster.server}" is not a URL.`);
  const url = new URL(cluster.server);
  const isLoopback = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback)) {
    throw new UserError(`${files}: the server "${cluster.server}" is not https:// (http:// is for loopback only).`);
  }
  return url;
}

function merge(files: string[]): Kubeconfig {
  const merged: Kubeconfig = { contexts: [], clusters: [], users: [], currentContext: undefined };
  for (const file of files) {
    const one = read(file);
    merged.contexts.push(...one.contexts);
    merged.clusters.push(...one.clusters);
    merged.users.push(...one.users);
    merged.currentContext ??= one.currentContext;
  }
  return merged;
}

function read(file: string): Kubeconfig {
  const text = readNamed(file).toString('utf8');
  const folder = dirname(resolve(file));
  const absolute = (path: string | undefined | null): string | undefined => (path ? resolve(folder, path) : undefined);
  try {
    // Pretty errors quote lines of the file, which contain secrets.
    const parsed = (parse(text, { prettyErrors: false }) ?? {}) as Record<string, unknown>;
    const rawUsers = Array.isArray(parsed['users']) ? (parsed['users'] as { user?: Record<string, unknown> }[]) : [];
    return {
      contexts: newContexts(parsed['contexts']),
      clusters: newClusters(parsed['clusters']).map((cluster) => withPath(cluster, 'caFile', absolute(cluster.caFile))),
      users: rawUsers.flatMap((raw) => {
        // kubectl calls it tokenFile; client-node reads `token-file`, and only once.
        const tokenFile = absolute(raw.user?.['tokenFile'] as string | undefined);
        return newUsers([raw]).map((user) => ({
          ...withPath(withPath(user, 'certFile', absolute(user.certFile)), 'keyFile', absolute(user.keyFile)),
          ...(tokenFile === undefined ? {} : { tokenFile }),
        }));
      }),
      currentContext:
        typeof parsed['current-context'] === 'string' ? parsed['current-context'] || undefined : undefined,
    };
  } catch (cause) {
    throw new UserError(`${file} is not a kubeconfig: ${cause instanceof Error ? cause.message : 'it is malformed'}`, {
      cause,
    });
  }
}

function withPath<T extends object, K extends string>(object: T, key: K, path: string | undefined): T {
  return path === undefined ? object : { ...object, [key]: path };
}

function readNamed(file: string): Buffer {
  return named(file, () => readFileSync(file));
}

function named<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw new UserError(`${file} cannot be read. Name your kubeconfig with --kubeconfig.`, { cause });
  }
}
