import type { AgentReport } from '@postern/tunnel';

/** One connection of an agent. */
export interface AgentConnection {
  agentId: string;
  clusterId: string;
  organizationId: string;
  /** Rises with every connection of any agent, over all gateways. */
  epoch: bigint;
}

/** What tunnels need to know and to tell of agents; `AgentPresence` keeps it in the database. */
export interface AgentDirectory {
  /** Null for an agent that is not enrolled, or not any more. */
  agentKey(agentId: string, clusterId: string): Promise<{ publicKeyPem: string; organizationId: string } | null>;
  /** Above every epoch before it, over all gateways. */
  nextEpoch(): Promise<bigint>;
  agentConnected(connection: AgentConnection & { version: string; instance: string }): Promise<void>;
  agentDisconnected(connection: AgentConnection): Promise<void>;
  agentReported(said: Omit<AgentConnection, 'epoch'> & { report: AgentReport }): Promise<void>;
}
