import { EventEmitter } from 'node:events';
import { Places } from './places.ts';
import { type Rate, RateLimiter } from './rate-limiter.ts';
import type { LimitName, LimitSettings } from './settings.ts';
import { SlowRefusals } from './slow-refusals.ts';

/** A burst may spend what was not used in so many milliseconds. */
const burstMs = 4_000;
const minute = 60_000;
const hour = 60 * minute;

/** Rates that are set for longer than a second. */
const periods = {
  signInsPerEmail: 5 * minute,
  signInsPerAddress: 5 * minute,
  signUpsPerAddress: hour,
} satisfies { [Name in LimitName]?: number };

/** Rates that nobody needs to set. */
const fixedRates = {
  joinTokensPerCluster: { most: 30, perMs: hour },
  wrongSetupCodesPerAddress: { most: 10, perMs: 5 * minute },
  // All tunnels of an agent come back at once after a restart of the gateway, and then a few in a minute.
  connectsPerAgent: { most: 240, perMs: minute },
  // An agent reports once a minute and when a connection begins, over each of its tunnels.
  reportsPerAgent: { most: 60, perMs: minute },
} satisfies Record<string, Rate>;
type FixedRateName = keyof typeof fixedRates;

/** Limits on how often something may be begun. The setting is a rate a second where `periods` has no other time. */
type RateName =
  | 'newConnectionsPerAddress'
  | 'requestsPerUser'
  | 'requestsPerOrganization'
  | 'liveEventsPerUser'
  | keyof typeof periods
  | FixedRateName;

/** Limits on how much may be open at once. */
type PlaceName =
  | 'connectionsPerAddress'
  | 'streamsPerUser'
  | 'streamsPerOrganization'
  | 'streamsPerCluster'
  | 'liveConnectionsPerUser'
  | 'tunnelsPerAgent'
  | 'tunnelsPerOrganization';

/**
 * What one address, person, organization, cluster or agent may use of this gateway. One instance a process: of several
 * gateways each counts for itself. Emits 'refused' with the name of the limit each time that somebody has reached one.
 */
export class Limits extends EventEmitter<{ refused: [LimitName | FixedRateName] }> {
  readonly settings: LimitSettings;
  /** One for each limit: many keys of one drive no key of another out. */
  readonly #rates = new Map<RateName, RateLimiter>();
  readonly #now: (() => number) | undefined;
  readonly #places = new Places();
  readonly #refusals = new SlowRefusals();

  /** @param now monotonic clock in milliseconds. */
  constructor(settings: LimitSettings, now?: () => number) {
    super();
    this.settings = settings;
    this.#now = now;
  }

  /**
   * Counts one of what is limited by rate, or what costs as much as `count` of it; never more than a burst.
   * @returns 0, or the whole seconds until it is allowed (nothing was counted then).
   */
  take(limit: RateName, key: string, count = 1): number {
    const rate = this.#rate(limit);
    const seconds = this.#limiter(limit).take(key, rate, Math.min(count, rate.most));
    if (seconds > 0) this.emit('refused', limit);
    return seconds;
  }

  /** As `take`; a refusal comes later when there were many of this key before. */
  async takeOrWait(limit: RateName, key: string): Promise<number> {
    const seconds = this.take(limit, key);
    if (seconds > 0) await this.#refusals.turn(`${limit} ${key}`);
    return seconds;
  }

  /** Counts what is known to have cost so much only when it is done; what comes next waits until it is paid off. */
  charge(limit: RateName, key: string, count: number): void {
    this.#limiter(limit).charge(key, this.#rate(limit), count);
  }

  /** Forgets what a key has used of a rate. */
  forget(limit: RateName, key: string): void {
    this.#limiter(limit).forget(key);
  }

  #limiter(limit: RateName): RateLimiter {
    let limiter = this.#rates.get(limit);
    if (limiter === undefined) {
      limiter = new RateLimiter(this.#now);
      this.#rates.set(limit, limiter);
    }
    return limiter;
  }

  #rate(limit: RateName): Rate {
    if (isFixed(limit)) return fixedRates[limit];
    if (hasPeriod(limit)) return { most: this.settings[limit], perMs: periods[limit] };
    return { most: (this.settings[limit] * burstMs) / 1_000, perMs: burstMs };
  }

  /** Takes a place among what is open at once. @returns gives it back (once; more calls do nothing); undefined when all are taken. */
  enter(limit: PlaceName, key: string): (() => void) | undefined {
    const leave = this.#places.enter(`${limit} ${key}`, this.settings[limit]);
    if (leave === undefined) this.emit('refused', limit);
    return leave;
  }

  /** Whether one more row may be added where there are `count`. */
  allows(limit: 'clustersPerOrganization' | 'tokensPerUser' | 'membersPerOrganization', count: number): boolean {
    const isAllowed = count < this.settings[limit];
    if (!isAllowed) this.emit('refused', limit);
    return isAllowed;
  }
}

const isFixed = (limit: RateName): limit is FixedRateName => limit in fixedRates;
const hasPeriod = (limit: LimitName): limit is keyof typeof periods => limit in periods;
