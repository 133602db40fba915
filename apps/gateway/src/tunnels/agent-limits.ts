import type { Limits } from '../limits/limits.ts';
import { RateLimiter } from '../limits/rate-limiter.ts';

/** An agent reports once a minute and when a connection begins, over each of its tunnels. */
const reportRate = { most: 60, perMs: 60_000 };
/** All tunnels of an agent come back at once after a restart of the gateway, and then a few in a minute. */
const connectRate = { most: 240, perMs: 60_000 };

/** What one agent, and the agents of one organization, may do to this gateway. */
export class AgentLimits {
  readonly #limits: Limits;
  readonly #rates: RateLimiter;

  /** @param now monotonic clock in milliseconds. */
  constructor(limits: Limits, now?: () => number) {
    this.#limits = limits;
    this.#rates = new RateLimiter(now);
  }

  /** @returns false when the agent connects too often. */
  mayConnect(agentId: string): boolean {
    return this.#rates.take(`connect ${agentId}`, connectRate) === 0;
  }

  /** @returns false when the agent reports too often. */
  mayReport(agentId: string): boolean {
    return this.#rates.take(`report ${agentId}`, reportRate) === 0;
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
