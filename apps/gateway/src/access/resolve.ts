import type { ClusterDirectory, DirectoryCluster } from '../clusters/cluster-directory.ts';
import type { Principal } from '../identity/principal.ts';
import { refusal } from './refusal.ts';

/**
 * Pass: which cluster? An unknown cluster and someone else's get the same 404.
 * @param named the cluster in the path; null for the only one that the credential opens.
 * @throws Refusal 404.
 */
export async function resolveCluster(
  principal: Principal,
  named: { organization: string; cluster: string } | null,
  directory: Pick<ClusterDirectory, 'find' | 'findOnly'>,
): Promise<DirectoryCluster> {
  const cluster =
    named === null
      ? await directory.findOnly(principal)
      : await directory.find(principal, named.organization, named.cluster);
  if (cluster !== null) return cluster;
  const wanted =
    named === null
      ? 'The cluster of this credential no longer exists, or you no longer have access to it.'
      : `There is no cluster "${named.cluster}" in the organization "${named.organization}" that you can reach.`;
  throw refusal(404, `${wanted} List yours with \`postern cluster list\`.`);
}
