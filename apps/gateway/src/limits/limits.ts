import { EventEmitter } from 'node:events';
import { Places } from './places.ts';
import { type Rate, RateLimiter } from './rate-limiter.ts';
import type { LimitName, LimitSettings } from './settings.ts';
import { SlowRefusals } from './slow-refusals.ts';

/** A burst may use the unused rate of this many milliseconds. */
const burstMs = 4_000;
const minute = 60_000;
const hour = 60 * minute;

/** Rates whose setting is for a period other than a second, in milliseconds. */
const periods = {
  signInsPerEmail: 5 * minute,
  signInsPerAddress: 5 * minute,
  signUpsPerAddress: hour,
} satisfies { [Name in LimitName]?: number };

/** Rates that are not configurable. */
const fixedRates = {
  invitationsPerAddress: { most: 60, perMs: 5 * minute },
  joinTokensPerCluster: { most: 30, perMs: hour },
  // Of strangers who know somebody's password, and of each browser that the person has used.
  secondFactorsPerEmail: { most: 20, perMs: hour },
  passwordResetsPerEmail: { most: 5, perMs: hour },
  passwordResetsPerAddress: { most: 60, perMs: hour },
  proofsPerSignIn: { most: 10, perMs: 5 * minute },
  // E-mail that one person makes us send, to addresses that they choose.
  emailsPerUser: { most: 10, perMs: hour },
  // To an invited address, from one organization; and all that one person sends.
  invitationsPerRecipient: { most: 5, perMs: hour },
  invitationEmailsPerUser: { most: 100, perMs: hour },
  wrongSetupCodesPerAddress: { most: 10, perMs: 5 * minute },
  // After a restart of the gateway all tunnels of an agent reconnect at once; otherwise a few a minute.
  connectsPerAgent: { most: 240, perMs: minute },
  // An agent reports over each of its tunnels, when it connects and once a minute.
  reportsPerAgent: { most: 60, perMs: minute },
} satisfies Record<string, Rate>;
type FixedRateName = keyof typeof fixedRates;

/** Limits on how often something may begin. The setting is a rate per second unless `periods` has another time. */
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

/** Limits on how many there may be of something that is stored. */
type CountName =
  | 'clustersPerOrganization'
  | 'tokensPerUser'
  | 'membersPerOrganization'
  | 'serviceAccountsPerOrganization'
  | 'bindingsPerOrganization';

/**
 * What one address, person, organization, cluster or agent may use of this gateway. One instance per process; several gateways
 * count separately. Emits 'refused' with the name of the limit each time one is reached.
 */
export class Limits extends EventEmitter<{ refused: [LimitName | FixedRateName] }> {
  readonly settings: LimitSettings;
  /** One per limit, so that many keys of one limit do not evict keys of another. */
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
   * Counts one use of a rate, or `count` uses for something that costs as much; never more than a burst.
   * @returns 0 if allowed; otherwise the whole seconds until it will be, in which case nothing was counted.
   */
  take(limit: RateName, key: string, count = 1): number {
    const rate = this.#rate(limit);
    const seconds = this.#limiter(limit).take(key, rate, Math.min(count, rate.most));
    if (seconds > 0) this.emit('refused', limit);
    return seconds;
  }

  /** Like `take`, but delays a refusal if there were many for this key before. */
  async takeOrWait(limit: RateName, key: string): Promise<number> {
    const seconds = this.take(limit, key);
    if (seconds > 0) await this.#refusals.turn(`${limit} ${key}`);
    return seconds;
  }

  /** Counts uses whose cost is only known afterwards; later ones wait until they are paid off. */
  charge(limit: RateName, key: string, count: number): void {
    this.#limiter(limit).charge(key, this.#rate(limit), count);
  }

  /** Resets a key's use of a rate. */
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

  /** Takes one of the places. @returns a function that releases it (further calls have no effect); undefined if none is free. */
  enter(limit: PlaceName, key: string): (() => void) | undefined {
    const leave = this.#places.enter(`${limit} ${key}`, this.settings[limit]);
    if (leave === undefined) this.emit('refused', limit);
    return leave;
  }

  /** Whether another row may be added if there are `count`. */
  allows(limit: CountName, count: number): boolean {
    const isAllowed = count < this.settings[limit];
    if (!isAllowed) this.emit('refused', limit);
    return isAllowed;
  }
}

const isFixed = (limit: RateName): limit is FixedRateName => limit in fixedRates;
const hasPeriod = (limit: LimitName): limit is keyof typeof periods => limit in periods;
