import type { Authenticator } from '@kubernetes/client-node/dist/auth.js';
import type { Cluster, User } from '@kubernetes/client-node/dist/config_types.js';
import { ExecAuth } from '@kubernetes/client-node/dist/exec_auth.js';
import { FileAuth } from '@kubernetes/client-node/dist/file_auth.js';
import { UserError } from '../user-error.ts';
import { authorizationOf } from './authorization.ts';
import type { ClusterEndpoint, Credential } from './endpoint.ts';
import { belongTogether, isCertificate, RenewedFiles } from './renewed-files.ts';

type Authentication = Pick<ClusterEndpoint, 'authenticate' | 'forget'>;

/** How a kubeconfig's user authenticates: token, token file, client certificate, exec plugin, OIDC or password. */
export function userAuthentication(user: User & { tokenFile?: string }, cluster: Cluster): Authentication {
  const certificate = clientCertificate(user);
  if (user.exec) {
    return cached(() => new ExecAuth(), withExecInfo(user, cluster), certificate);
  }
  if (user.tokenFile !== undefined) {
    const { tokenFile } = user;
    const asProvider = { name: user.name, authProvider: { name: 'tokenFile', config: { tokenFile } } };
    return cached(() => new FileAuth(), asProvider, certificate);
  }
  if (user.authProvider) return fromProvider(user);
  const { token } = user;
  if (token) return fixed(() => ({ ...certificate(), authorization: `Bearer ${token.trim()}` }));
  if (user.username) {
    const basic = Buffer.from(`${user.username}:${user.password ?? ''}`).toString('base64');
    return fixed(() => ({ ...certificate(), authorization: `Basic ${basic}` }));
  }
  return fixed(certificate);
}

function fixed(credential: () => Credential): Authentication {
  return { authenticate: async () => credential(), forget: () => {} };
}

/** An authenticator with a cache of its own; `forget` replaces it with a new one. */
function cached(make: () => Authenticator, user: User, certificate: () => Credential): Authentication {
  let authenticator = make();
  return {
    authenticate: async () => ({ ...certificate(), ...(await authorizationOf(authenticator, user)) }),
    forget: () => {
      authenticator = make();
    },
  };
}

/** kubectl's built-in auth providers, of which only OIDC still exists. Loaded on demand, because it is large. */
function fromProvider(user: User): Authentication {
  const name = (user.authProvider as { name?: string }).name;
  if (name !== 'oidc') {
    throw new UserError(
      `The kubeconfig's user "${user.name}" uses the auth provider "${name}", which kubectl dropped too. Use its exec plugin.`,
    );
  }
  let authenticator: Authenticator | undefined;
  return {
    authenticate: async () => {
      authenticator ??= await oidcAuthenticator();
      return authorizationOf(authenticator, user);
    },
    forget: () => {
      authenticator = undefined;
    },
  };
}

async function oidcAuthenticator(): Promise<Authenticator> {
  try {
    const { OpenIDConnectAuth } = await import('@kubernetes/client-node/dist/oidc_auth.js');
    return new OpenIDConnectAuth();
  } catch (cause) {
    throw new UserError('This build of the agent has no OIDC client. Use an exec plugin in the kubeconfig.', { cause });
  }
}

/** Adds KUBERNETES_EXEC_INFO, from which plugins learn the cluster, because client-node does not set it. */
function withExecInfo(user: User, cluster: Cluster): User {
  const exec = user.exec as {
    apiVersion?: string;
    provideClusterInfo?: boolean;
    env?: { name: string; value: string }[];
  };
  const info = {
    apiVersion: exec.apiVersion ?? 'client.authentication.k8s.io/v1',
    kind: 'ExecCredential',
    spec: {
      interactive: false,
      ...(exec.provideClusterInfo
        ? { cluster: { server: cluster.server, 'certificate-authority-data': cluster.caData } }
        : {}),
    },
  };
  const env = [...(exec.env ?? []), { name: 'KUBERNETES_EXEC_INFO', value: JSON.stringify(info) }];
  return { ...user, exec: { ...exec, env } };
}

/** The current client certificate; files are read again when they change, as in client-go. */
function clientCertificate({ name, certFile, certData, keyFile, keyData }: User): () => Credential {
  const paths = [certFile, keyFile].filter((path) => path !== undefined && path !== '') as string[];
  const make = (contents: Buffer[]): Credential => {
    const rest = [...contents];
    const cert = certFile ? rest.shift() : fromBase64(certData);
    const key = keyFile ? rest.shift() : fromBase64(keyData);
    return { ...(cert === undefined ? {} : { cert }), ...(key === undefined ? {} : { key }) };
  };
  try {
    const files = new RenewedFiles(paths, make, isUsable);
    return () => files.get();
  } catch (cause) {
    const named = paths.join(' or ');
    throw new UserError(`${named}, which the kubeconfig's user "${name}" names, cannot be read.`, { cause });
  }
}

function isUsable({ cert, key }: Credential): boolean {
  if (cert === undefined) return true;
  return key === undefined ? isCertificate(Buffer.from(cert)) : belongTogether(Buffer.from(cert), Buffer.from(key));
}

function fromBase64(data: string | undefined): Buffer | undefined {
  return data ? Buffer.from(data, 'base64') : undefined;
}
