import type { AgentReport } from '@postern/tunnel';

/** One connection of an agent. */
export interface AgentConnection {
  agentId: string;
  clusterId: string;
  organizationId: string;
  /** Increases with every connection of any agent, across all gateways. */
  epoch: bigint;
}

/** Looks up agents and records their connections, on behalf of tunnels; `AgentPresence` implements it with the database. */
export interface AgentDirectory {
  /** Null for an agent that is not, or no longer, enrolled. */
  agentKey(agentId: string, clusterId: string): Promise<{ publicKeyPem: string; organizationId: string } | null>;
  /** The organization of an agent that was ever enrolled, also if it is revoked or its cluster deleted; null for any other. */
  organizationOf(agentId: string, clusterId: string): Promise<string | null>;
  /** A new epoch, higher than every earlier one on any gateway. */
  nextEpoch(): Promise<bigint>;
  agentConnected(connection: AgentConnection & { version: string; instance: string }): Promise<void>;
  agentDisconnected(connection: AgentConnection): Promise<void>;
  agentReported(said: Omit<AgentConnection, 'epoch'> & { report: AgentReport }): Promise<void>;
}
