import { Cluster } from '@postern/contracts';
import { uninstallCommand } from '@postern/kube';
import type { AgentModel, ClusterModel } from '../generated/prisma/models.ts';
import { policyOf } from './recording-policy.ts';

/** A cluster's row with its currently enrolled agent. */
export type ClusterRow = ClusterModel & { agents: AgentModel[] };

/** `include` for a `ClusterRow`. */
export const withAgent = { agents: { where: { revokedAt: null }, take: 1 } } as const;

/**
 * A cluster as the API shows it.
 * @param roundTripMs round trip of its tunnel in milliseconds; null while offline or not measured.
 */
export function viewCluster(row: ClusterRow, roundTripMs: number | null): Cluster {
  const status = statusOf(row);
  const [agent] = row.agents;
  const isOnline = status === 'online';
  // The agent's report was checked when it arrived; it is parsed again so that a stored one can never break a list.
  return Cluster.parse({
    id: row.id,
    organizationId: row.organizationId,
    name: row.name,
    labels: row.labels,
    demo: row.demo,
    createdAt: row.createdAt.toISOString(),
    recording: policyOf(row),
    status,
    statusSince: (isOnline ? row.connectedAt : status === 'offline' ? row.offlineSince : row.createdAt)?.toISOString(),
    agent:
      agent === undefined
        ? null
        : {
            id: agent.id,
            version: agent.version,
            instance: agent.instance,
            location: agent.location,
            connectedAt: isOnline ? instant(row.connectedAt) : null,
            lastSeenAt: isOnline ? new Date().toISOString() : instant(row.lastSeenAt),
            roundTripMs: isOnline ? roundTripMs : null,
          },
    kubernetes: row.kubernetes,
    capabilities: row.capabilities,
    problem: row.problem,
    joining: {
      tokenMade: instant(row.tokenMadeAt),
      agentDialled: instant(row.agentDialledAt),
      keyRegistered: instant(row.keyRegisteredAt),
      permissionsChecked: instant(row.permissionsCheckedAt),
      firstRequestServed: instant(row.firstRequestServedAt),
    },
    uninstallCommand: uninstallCommand(row.id),
  });
}

/** `pending`: no agent has ever connected. */
function statusOf(row: Pick<ClusterModel, 'connectedAt' | 'offlineSince'>): Cluster['status'] {
  if (row.connectedAt === null) return 'pending';
  return row.offlineSince === null ? 'online' : 'offline';
}

function instant(date: Date | null): string | null {
  return date === null ? null : date.toISOString();
}
