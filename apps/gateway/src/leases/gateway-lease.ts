import { randomUUID } from 'node:crypto';
import { EventEmitter } from 'node:events';
import type { Logger } from 'pino';
import type { Database } from '../database/database.ts';
import { type EndedGateways, endDeadGateways, endGateway, isDead } from './end-gateways.ts';
import type { NamedCluster } from './remove-connections.ts';
import { inUpkeep } from './upkeep.ts';

/** How often a gateway says that it lives, and after how long without that it is dead, in milliseconds. */
const defaultTimes = { beatMs: 3_000, deadMs: 10_000 };
/** How long after a gateway is dead another looks: not to be too early by a rounding, and not all the time. */
const afterDeathMs = 50;

/** What a beat reads. */
interface Found {
  isMine: boolean;
  hasDead: boolean;
  /** Of the living the longest time that one was not seen; null when there is no other. */
  silentMs: number | null;
}

interface Events {
  /** The gateway has a new id, under which nothing is written yet: whoever holds something writes it again. */
  renewed: [];
  /** Clusters lost a connection of a gateway that ended. */
  ended: [NamedCluster[]];
}

/**
 * The row that says this gateway lives (ADR 9). Connections and open sessions name it; when it was not renewed for 10 s any other
 * gateway ends them. Each gateway ends those of dead ones with its own beat, and no other.
 */
export class GatewayLease extends EventEmitter<Events> {
  readonly #database: Database;
  readonly #logger: Pick<Logger, 'info' | 'warn'>;
  readonly #times: typeof defaultTimes;
  #id = randomUUID() as string;
  #isHeld = false;
  /** Something that this gateway holds could not be written. */
  #isIncomplete = false;
  #isMissing = false;
  /** When the next of the others would be dead if it did not beat. */
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

  /** What connections and sessions name. Changes when the gateway was taken for dead. */
  get id(): string {
    return this.#id;
  }

  /** Takes the lease and keeps it, and ends what dead gateways left. Touches nothing else. Rejects when the database does not answer. */
  async start(): Promise<void> {
    await this.#register(this.#id);
    this.#isHeld = true;
    await this.#tick();
  }

  /** Says that this gateway lives, and ends what dead ones left. A gateway that was itself taken for dead gets a new id. */
  async beat(): Promise<void> {
    const { deadMs } = this.#times;
    const id = this.#id;
    // Nothing is known of the others when the database does not answer.
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
   * The row of an id is not there: this gateway was taken for dead. Resolves when it has another.
   * @param id the one that was tried; an old one changes nothing.
   */
  async lost(id: string): Promise<void> {
    if (this.#renewal !== undefined) await this.#renewal;
    if (id === this.#id) await this.#renew('it was taken for dead');
  }

  /**
   * Something that this gateway holds, or no longer holds, could not be written. With the next beat it takes a new id and writes
   * all it holds; what is left under the old id ends with that.
   */
  incomplete(error: unknown): void {
    if (!this.#isIncomplete && this.#isHeld)
      this.#logger.warn({ error }, 'cannot write what this gateway holds; all of it follows');
    this.#isIncomplete = true;
  }

  /** Gives the lease back and ends what is still written under it. Without the database others do it in 10 s. Never rejects. */
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

  /** Said once an outage. */
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
