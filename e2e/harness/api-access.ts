import { readFileSync } from 'node:fs';
import type { SecureContextOptions } from 'node:tls';
import { parse } from 'yaml';

/** API access for programs that do not read a kubeconfig. */
export interface ApiAccess {
  /** Without the cluster's path at the gateway. */
  origin: string;
  /** The cluster's path at the gateway; empty for a direct connection to an apiserver. */
  path: string;
  tls: SecureContextOptions & { ca: string };
  headers: Record<string, string>;
}

interface Kubeconfig {
  clusters: { cluster: { server: string; 'certificate-authority-data': string } }[];
  users: { user: { token?: string; 'client-certificate-data'?: string; 'client-key-data'?: string } }[];
}

/** Reads the only cluster and the only user of a kubeconfig. */
export function apiAccess(kubeconfig: string): ApiAccess {
  const { clusters, users } = parse(readFileSync(kubeconfig, 'utf8')) as Kubeconfig;
  const [cluster, user] = [clusters[0]?.cluster, users[0]?.user];
  if (!cluster || !user) throw new Error(`${kubeconfig} names no cluster or no user`);
  const { origin, pathname } = new URL(cluster.server);
  const pem = (base64: string): string => Buffer.from(base64, 'base64').toString();
  const [cert, key] = [user['client-certificate-data'], user['client-key-data']];
  return {
    origin,
    path: pathname.replace(/\/$/, ''),
    tls: {
      ca: pem(cluster['certificate-authority-data']),
      ...(cert !== undefined && key !== undefined && { cert: pem(cert), key: pem(key) }),
    },
    headers: user.token === undefined ? {} : { authorization: `Bearer ${user.token}` },
  };
}
