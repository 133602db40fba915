import type { Limits } from '../limits/limits.ts';

/** Limits of one agent, and of the agents of one organization, on this gateway. */
export class AgentLimits {
  readonly #limits: Limits;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  /** @returns false if the agent connects too often. */
  mayConnect(agentId: string): boolean {
    return this.#limits.take('connectsPerAgent', agentId) === 0;
  }

  /** @returns false if the agent reports too often. */
  mayReport(agentId: string): boolean {
    return this.#limits.take('reportsPerAgent', agentId) === 0;
  }

  /** Counts a tunnel. @returns a function that ends the count (further calls have no effect), or the reason for a refusal. */
  enter({ agentId, organizationId }: { agentId: string; organizationId: string }): (() => void) | string {
    const { tunnelsPerAgent, tunnelsPerOrganization } = this.#limits.settings;
    const leaveAgent = this.#limits.enter('tunnelsPerAgent', agentId);
    if (leaveAgent === undefined) return `an agent may have ${tunnelsPerAgent} tunnels: run fewer pods of it`;
    const leaveOrganization = this.#limits.enter('tunnelsPerOrganization', organizationId);
    if (leaveOrganization === undefined) {
      leaveAgent();
      return `an organization may have ${tunnelsPerOrganization} tunnels`;
    }
    return () => {
      leaveAgent();
      leaveOrganization();
    };
  }
}
