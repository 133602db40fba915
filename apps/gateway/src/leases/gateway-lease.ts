import { randomUUID } from 'node:crypto';
import { EventEmitter } from 'node:events';
import type { Logger } from 'pino';
import type { Database } from '../database/database.ts';
import { type EndedGateways, endDeadGateways, endGateway, isDead } from './end-gateways.ts';
import type { NamedCluster } from './remove-connections.ts';
import { inUpkeep } from './upkeep.ts';

/** The interval of heartbeats, and after how long without one a gateway is dead, in milliseconds. */
const defaultTimes = { beatMs: 3_000, deadMs: 10_000 };
/** How long after a gateway's presumed death another checks, so as not to be early by a rounding error. */
const afterDeathMs = 50;

/** What a heartbeat reads. */
interface Found {
  isMine: boolean;
  hasDead: boolean;
  /** The longest time for which another live gateway has not been seen; null if there is no other. */
  silentMs: number | null;
}

interface Events {
  /** The gateway has a new id, under which nothing is stored yet: listeners must write again what they hold. */
  renewed: [];
  /** These clusters lost a connection of a gateway that ended. */
  ended: [NamedCluster[]];
}

/**
 * The row that shows that this gateway is alive (ADR 9). Connections and open sessions refer to it; if it is not renewed for
 * 10 s, another gateway ends them, with its own heartbeat. Nothing else is ever ended.
 */
export class GatewayLease extends EventEmitter<Events> {
  readonly #database: Database;
  readonly #logger: Pick<Logger, 'info' | 'warn'>;
  readonly #times: typeof defaultTimes;
  #id = randomUUID() as string;
  #isHeld = false;
  /** Whether something that this gateway holds could not be stored. */
  #isIncomplete = false;
  #isMissing = false;
  /** When the next of the other gateways would be dead without another heartbeat. */
  #nextDeathMs = Number.POSITIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;
  #underWay: Promise<void> = Promise.resolve();
  #renewal: Promise<void> | undefined;

  constructor(database: Database, logger: Pick<Logger, 'info' | 'warn'>, times: Partial<typeof defaultTimes> = {}) {
    super();
    this.#database = database;
    this.#logger = logger;
    this.#times = { ...defaultTimes, ...times };
  }

  /** The id to which connections and sessions refer. Changes if the gateway was taken for dead. */
  get id(): string {
    return this.#id;
  }

  /** Takes and keeps the lease, and ends what dead gateways left behind, nothing else. Rejects if the database is unavailable. */
  async start(): Promise<void> {
    await this.#register(this.#id);
    this.#isHeld = true;
    await this.#tick();
  }

  /** Renews the lease, and ends what dead gateways left behind. If this one was taken for dead, it gets a new id. */
  async beat(): Promise<void> {
    const { deadMs } = this.#times;
    const id = this.#id;
    // Without the database, nothing is known about the others.
    this.#nextDeathMs = Number.POSITIVE_INFINITY;
    const [found] = await this.#database.acrossOrganizations.$queryRaw<Found[]>`
      WITH beat AS (UPDATE gateways SET seen_at = clock_timestamp() WHERE id = ${id}::uuid RETURNING id)
      SELECT EXISTS (SELECT FROM beat) AS "isMine",
        coalesce(bool_or(${isDead(deadMs)}), false) AS "hasDead",
        extract(epoch FROM now() - min(seen_at) FILTER (WHERE NOT ${isDead(deadMs)}))::float8 * 1000 AS "silentMs"
      FROM gateways WHERE id <> ${id}::uuid`;
    this.#nextDeathMs = deadMs - (found?.silentMs ?? 0);
    if (found?.isMine !== true) await this.lost(id);
    else if (this.#isIncomplete) await this.#renew('what it holds could not all be written');
    if (found?.hasDead !== true) return;
    const ended = await inUpkeep(this.#database, (transaction) => endDeadGateways(transaction, deadMs));
    if (ended.gateways > 0) this.#logger.info(counts(ended), 'gateways that were not seen any more were ended');
    if (ended.clusters.length > 0) this.emit('ended', ended.clusters);
  }

  /**
   * Call if the row of an id does not exist, because this gateway was taken for dead. Resolves when it has a new id.
   * @param id the id that was used; an old one has no effect.
   */
  async lost(id: string): Promise<void> {
    if (this.#renewal !== undefined) await this.#renewal;
    if (id === this.#id) await this.#renew('it was taken for dead');
  }

  /**
   * Call if something that this gateway holds, or no longer holds, could not be stored. At the next heartbeat it takes a new id
   * and writes everything that it holds; whatever is left under the old id ends with that.
   */
  incomplete(error: unknown): void {
    if (!this.#isIncomplete && this.#isHeld)
      this.#logger.warn({ error }, 'cannot write what this gateway holds; all of it follows');
    this.#isIncomplete = true;
  }

  /** Releases the lease and ends what is still stored under it. Without the database, others do so after 10 s. Never rejects. */
  async stop(): Promise<void> {
    if (!this.#isHeld) return;
    this.#isHeld = false;
    clearTimeout(this.#timer);
    await Promise.allSettled([this.#underWay, this.#renewal]);
    try {
      await inUpkeep(this.#database, (transaction) => endGateway(transaction, this.#id));
    } catch (error) {
      this.#logger.warn({ error }, 'cannot give the lease back; another gateway ends what is written under it');
    }
  }

  async #tick(): Promise<void> {
    const began = performance.now();
    this.#underWay = this.beat().then(
      () => this.#missed(undefined),
      (error: unknown) => this.#missed(error),
    );
    await this.#underWay;
    if (!this.#isHeld) return;
    const soonest = Math.min(this.#times.beatMs, this.#nextDeathMs + afterDeathMs);
    this.#timer = setTimeout(() => void this.#tick(), Math.max(afterDeathMs, soonest - (performance.now() - began)));
    this.#timer.unref();
  }

  /** Logged once per outage. */
  #missed(error: unknown): void {
    const isMissing = error !== undefined;
    if (isMissing && !this.#isMissing) this.#logger.warn({ error }, 'cannot renew the lease of this gateway');
    if (!isMissing && this.#isMissing) this.#logger.info('the lease of this gateway is renewed again');
    this.#isMissing = isMissing;
  }

  #renew(why: string): Promise<void> {
    if (!this.#isHeld) return Promise.resolve();
    this.#renewal ??= this.#takeNewId(why).finally(() => {
      this.#renewal = undefined;
    });
    return this.#renewal;
  }

  async #takeNewId(why: string): Promise<void> {
    const id = randomUUID();
    await this.#register(id);
    this.#logger.warn({ before: this.#id, id, why }, 'this gateway takes a new id');
    this.#id = id;
    this.#isIncomplete = false;
    this.emit('renewed');
  }

  async #register(id: string): Promise<void> {
    await this.#database.acrossOrganizations
      .$executeRaw`INSERT INTO gateways (id, started_at, seen_at) VALUES (${id}::uuid, clock_timestamp(), clock_timestamp())`;
  }
}

function counts({ gateways, sessions, clusters }: EndedGateways): {
  gateways: number;
  sessions: number;
  clusters: number;
} {
  return { gateways, sessions, clusters: clusters.length };
}
