import type { ClusterDirectory, DirectoryCluster } from '../clusters/cluster-directory.ts';
import type { Principal } from '../identity/principal.ts';
import { refusal } from './refusal.ts';

/** Pass: which cluster? An unknown one and someone else's get the same 404. */
export async function resolveCluster(
  principal: Principal,
  named: { organization: string; cluster: string },
  directory: Pick<ClusterDirectory, 'find'>,
): Promise<DirectoryCluster> {
  const cluster = await directory.find(principal, named.organization, named.cluster);
  if (cluster === null) {
    throw refusal(
      404,
      `There is no cluster "${named.cluster}" in the organization "${named.organization}" that you can reach. List yours with \`postern cluster list\`.`,
    );
  }
  return cluster;
}
