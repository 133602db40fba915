import type { HandshakeError, Hello } from '@postern/tunnel';
import type { Logger } from 'pino';
import { byAgent } from '../audit/actor.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import { boundedCache } from '../core/bounded-cache.ts';
import { logFailure } from '../database/log-failure.ts';
import type { AgentDirectory } from './agent-directory.ts';

/** A refused agent dials again and again: one entry for this long, in milliseconds. */
const againMs = 300_000;

interface Dependencies {
  directory: Pick<AgentDirectory, 'organizationOf'>;
  audit: AuditLog;
  logger: Logger;
}

/**
 * Records agents that were refused in the handshake: revoked ones, and whoever has not the key of the agent that they claim to be.
 * Nobody has proved who they are, so an entry takes the ids of an agent that was enrolled once, and there is one per agent and
 * reason in five minutes: strangers write nowhere, and nobody fills a trail.
 */
export class AgentRefusals {
  readonly #dependencies: Dependencies;
  readonly #noted = boundedCache<string, true>(10_000, { ttl: againMs });

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
  }

  /** Never throws. */
  async note(error: HandshakeError, { hello, address }: { hello: Hello; address: string }): Promise<void> {
    const { closeName, reason, remote } = error;
    if (remote || (closeName !== 'revoked' && closeName !== 'proof')) return;
    const { directory, audit, logger } = this.#dependencies;
    const { agentId, clusterId, instance, slot, version } = hello;
    const key = `${agentId} ${closeName}`;
    if (this.#noted.has(key)) return;
    try {
      const organizationId = await directory.organizationOf(agentId, clusterId);
      if (organizationId === null) return;
      this.#noted.set(key, true);
      audit.record(organizationId, {
        ...byAgent(agentId),
        action: 'agent.connect',
        decision: 'refused',
        reason,
        cluster: { id: clusterId, name: '' },
        address,
        details: { instance, slot, version },
      });
    } catch (failure) {
      logFailure(logger, failure, 'cannot record that an agent was refused', { clusterId, agentId });
    }
  }
}
