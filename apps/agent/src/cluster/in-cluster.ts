import { existsSync } from 'node:fs';
import { isIPv6 } from 'node:net';
import { FileAuth } from '@kubernetes/client-node/dist/file_auth.js';
import { UserError } from '../user-error.ts';
import { authorizationOf } from './authorization.ts';
import type { ClusterEndpoint } from './endpoint.ts';
import { authoritiesIn, type RenewedFiles } from './renewed-files.ts';

/** The folder in which Kubernetes places a pod's credentials. */
export const serviceAccountFolder = '/var/run/secrets/kubernetes.io/serviceaccount';

/** Whether this process runs in a pod with a ServiceAccount. @param host `KUBERNETES_SERVICE_HOST`. */
export function isInCluster(host: string | undefined): host is string {
  return host !== undefined && existsSync(`${serviceAccountFolder}/token`);
}

/**
 * The apiserver as reached from a pod. The token file is read again every minute and the authorities when they change, because
 * Kubernetes replaces both. A pod never reaches its apiserver through a proxy.
 */
export function inClusterEndpoint(address: { host: string; port: string; folder?: string }): ClusterEndpoint {
  const { host, port, folder = serviceAccountFolder } = address;
  const user = { name: 'pod', authProvider: { name: 'tokenFile', config: { tokenFile: `${folder}/token` } } };
  const authorities = readRequired(`${folder}/ca.crt`);
  let auth = new FileAuth();
  return {
    server: new URL(`https://${isIPv6(host) ? `[${host}]` : host}:${port}`),
    get ca() {
      return authorities.get();
    },
    serverName: undefined,
    skipVerification: false,
    proxy: undefined,
    authenticate: () => authorizationOf(auth, user),
    forget: () => {
      auth = new FileAuth();
    },
  };
}

function readRequired(path: string): RenewedFiles<Buffer> {
  try {
    return authoritiesIn(path);
  } catch (cause) {
    throw new UserError(`${path} cannot be read: the pod needs its ServiceAccount mounted.`, { cause });
  }
}
