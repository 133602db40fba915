import { EventEmitter } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { isUnreachable } from '../database/database.ts';
import { type AuditLog, AuditUnavailableError } from './audit-log.ts';
import { type AuditFacts, completeEvent, contentOf } from './event.ts';

/** An event that waits to be stored. */
export interface QueuedEvent {
  organizationId: string;
  id: string;
  /** RFC 3339, as in `content`. */
  at: string;
  /** The whole event in canonical form. */
  content: string;
}

/** Appends events to the chains of their organizations. */
export interface AuditAppender {
  /** @param mayRepeat whether some may have been stored by an earlier attempt. @throws whatever the database says. */
  append(events: readonly QueuedEvent[], options: { mayRepeat: boolean }): Promise<void>;
}

export interface WriterSettings {
  /** Memory for events that wait, in bytes. */
  most: number;
  /** How long events are collected before they are written, in milliseconds. */
  waitMs?: number;
  /** How long `recordNow` waits, in milliseconds. */
  patienceMs?: number;
}

/** What one transaction writes at most. */
const maxBatch = 1_000;
/** Pauses between attempts, in milliseconds. */
const retry = { first: 100, most: 2_000 };
/** What an event takes in memory in addition to its text, in bytes. */
const overhead = 200;

interface Waiting extends QueuedEvent {
  /** Set by `recordNow`. */
  written?: (error?: Error) => void;
}

/**
 * Writes events in batches, one after the other. An event leaves the memory only when it is stored; a batch of which that is not
 * known is written again, and the store skips what it has. Emits `written` and `lost` with numbers of events.
 */
export class AuditWriter extends EventEmitter<{ written: [number]; lost: [number] }> implements AuditLog {
  readonly #store: AuditAppender;
  readonly #logger: Pick<Logger, 'warn' | 'error'>;
  readonly #settings: Required<WriterSettings>;
  #waiting: Waiting[] = [];
  /** Those of `recordNow`, which go first: after an outage, nobody can wait for all that gathered meanwhile. */
  #urgent: Waiting[] = [];
  #inFlight: Waiting[] = [];
  #bytes = 0;
  /** Events that found no room, by organization. */
  readonly #lost = new Map<string, number>();
  #running: Promise<void> | undefined;
  #hurry = new AbortController();
  readonly #closing = new AbortController();

  constructor(store: AuditAppender, logger: Pick<Logger, 'warn' | 'error'>, settings: WriterSettings) {
    super();
    this.#store = store;
    this.#logger = logger;
    this.#settings = { waitMs: 50, patienceMs: 1_500, ...settings };
  }

  /** Events that are not stored yet. */
  get backlog(): number {
    return this.#urgent.length + this.#waiting.length + this.#inFlight.length;
  }

  record(organizationId: string, event: AuditFacts): void {
    this.#add(organizationId, event);
  }

  async recordNow(organizationId: string, event: AuditFacts): Promise<void> {
    const { patienceMs } = this.#settings;
    await new Promise<void>((resolve, reject) => {
      const late = setTimeout(
        () => reject(new AuditUnavailableError('an event could not be recorded in time')),
        patienceMs,
      );
      const written = (error?: Error): void => {
        clearTimeout(late);
        if (error === undefined) resolve();
        else reject(error);
      };
      this.#add(organizationId, event, written);
      this.#hurry.abort();
    });
  }

  /** Resolves when everything recorded so far is stored, or after `timeoutMs`. */
  async flush(timeoutMs: number): Promise<void> {
    const last = this.#waiting.at(-1) ?? this.#urgent.at(-1) ?? this.#inFlight.at(-1);
    if (last === undefined) return;
    const { written } = last;
    const stored = new Promise<void>((resolve) => {
      last.written = (error) => {
        written?.(error);
        resolve();
      };
    });
    this.#hurry.abort();
    const end = new AbortController();
    await Promise.race([stored, delay(timeoutMs, undefined, { signal: end.signal }).catch(() => {})]);
    end.abort();
  }

  /** Writes what waits, for at most `timeoutMs`, and then gives up. Call once; nothing may be recorded afterwards. */
  async close(timeoutMs = 5_000): Promise<void> {
    await this.flush(timeoutMs);
    this.#closing.abort();
    const left = this.backlog;
    if (left > 0) this.#logger.error({ events: left }, 'events could not be recorded before the gateway stopped');
    await this.#running;
  }

  #add(organizationId: string, facts: AuditFacts, written?: (error?: Error) => void): void {
    const event = completeEvent(facts);
    const content = contentOf(event);
    const size = content.length + overhead;
    if (this.#bytes + size > this.#settings.most || this.#closing.signal.aborted) {
      this.#lose(organizationId);
      written?.(new AuditUnavailableError('too many events wait to be recorded'));
      return;
    }
    this.#bytes += size;
    const queued = { organizationId, id: event.id, at: event.at, content };
    if (written === undefined) this.#waiting.push(queued);
    else this.#urgent.push({ ...queued, written });
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
  }

  #lose(organizationId: string): void {
    if (this.#lost.size === 0)
      this.#logger.error('too many events wait to be recorded: new ones are lost until the database takes them');
    this.#lost.set(organizationId, (this.#lost.get(organizationId) ?? 0) + 1);
    this.emit('lost', 1);
  }

  /** Writes until nothing waits. Never rejects. */
  async #run(): Promise<void> {
    while (this.backlog > 0 && !this.#closing.signal.aborted) {
      if (this.backlog < maxBatch) await this.#collect();
      const urgent = this.#urgent.splice(0, maxBatch);
      this.#inFlight = [...urgent, ...this.#waiting.splice(0, maxBatch - urgent.length)];
      await this.#write(this.#inFlight);
      if (this.#closing.signal.aborted) return;
      this.#inFlight = [];
      this.#noteLost();
    }
  }

  /** Lets events gather, unless somebody waits for one. */
  async #collect(): Promise<void> {
    const isHurried = this.#hurry.signal.aborted;
    if (!isHurried) await delay(this.#settings.waitMs, undefined, { signal: this.#hurry.signal }).catch(() => {});
    if (this.#hurry.signal.aborted) this.#hurry = new AbortController();
  }

  async #write(batch: Waiting[]): Promise<void> {
    let pause = retry.first;
    for (let attempt = 1; ; attempt += 1) {
      try {
        await this.#store.append(batch, { mayRepeat: attempt > 1 });
        if (attempt > 1) this.#logger.warn({ attempt, waiting: this.backlog }, 'events are recorded again');
        this.#done(batch);
        return;
      } catch (error) {
        if (isRefused(error) && !isUnreachable(error)) {
          await this.#refused(batch, error);
          return;
        }
        if (attempt === 1)
          this.#logger.warn({ error, waiting: this.backlog }, 'events cannot be recorded and wait in memory');
      }
      await delay(pause, undefined, { signal: this.#closing.signal }).catch(() => {});
      if (this.#closing.signal.aborted) return;
      pause = Math.min(pause * 2, retry.most);
    }
  }

  /** The database refuses something in the batch, and would again: finds it, so that it does not hold up the rest. */
  async #refused(batch: Waiting[], error: unknown): Promise<void> {
    const [first] = batch;
    if (batch.length > 1) {
      const half = Math.ceil(batch.length / 2);
      await this.#write(batch.slice(0, half));
      if (!this.#closing.signal.aborted) await this.#write(batch.slice(half));
    } else if (first !== undefined) {
      this.#logger.error({ error, event: first.id }, 'an event was refused by the database and is lost');
      this.#done(batch, error as Error);
      this.#lose(first.organizationId);
    }
  }

  #done(batch: Waiting[], error?: Error): void {
    for (const { content, written } of batch) {
      this.#bytes -= content.length + overhead;
      written?.(error);
    }
    if (error === undefined) this.emit('written', batch.length);
  }

  /** Says in each trail how many of its events are missing. */
  #noteLost(): void {
    for (const [organizationId, events] of [...this.#lost]) {
      this.#lost.delete(organizationId);
      this.record(organizationId, {
        action: 'audit.lost',
        decision: 'error',
        reason: 'More events happened than could be kept while nothing could be recorded.',
        source: 'system',
        actor: { id: null, name: 'Postern', kind: 'system' },
        details: { events },
      });
    }
  }
}

/** Whether the database refuses the data itself (SQLSTATE classes 22 and 23), so that trying again is of no use. */
function isRefused(error: unknown): boolean {
  const { meta } = (error ?? {}) as { meta?: { driverAdapterError?: { cause?: { originalCode?: unknown } } } };
  const code = meta?.driverAdapterError?.cause?.originalCode;
  return typeof code === 'string' && /^2[23]/.test(code);
}
