import type { Limits } from '../limits/limits.ts';

/** What one agent, and the agents of one organization, may do to this gateway. */
export class AgentLimits {
  readonly #limits: Limits;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  /** @returns false when the agent connects too often. */
  mayConnect(agentId: string): boolean {
    return this.#limits.take('connectsPerAgent', agentId) === 0;
  }

  /** @returns false when the agent reports too often. */
  mayReport(agentId: string): boolean {
    return this.#limits.take('reportsPerAgent', agentId) === 0;
  }

  /** Takes a place for a tunnel. @returns gives it back (once; more calls do nothing), or a sentence when there is none. */
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
