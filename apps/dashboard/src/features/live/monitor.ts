import { type Connection, connection } from '#features/freshness/connection.ts';
import type { Freshness } from '#features/freshness/freshness.ts';
import { type Facts, firstFacts, isDue, isLost, judge, type LiveEvent, withEvent } from './signal.ts';

/** How often the facts are judged, in milliseconds. */
const TURN_MS = 250;
/** A page hidden for this long is paused, as its watches are, in milliseconds. */
const HIDDEN_MS = 30_000;
/** After a pause of the page's own timer of this length the computer has slept, in milliseconds. */
const SLEPT_MS = 4_000;
/** After a shorter one, of this length, the page was busy; what it did not hear meanwhile does not count. */
const HELD_UP_MS = 1_000;
/** An unanswered request for a sign of life is sent again after this time, in milliseconds: it may go another way. */
const ASK_AGAIN_MS = 2_000;

/** The round trip of a busy live connection is measured this often, in milliseconds. */
const MEASURE_MS = 5_000;
/** The wait after a first failed request, in milliseconds; it doubles up to the time above. */
const RETRY_MS = 125;

/** The monitor's ways to ask for signs of life, and what it controls. */
export interface MonitorPorts {
  /** A small request. @returns its round trip in milliseconds. Rejects if it fails or `signal` aborts. */
  askHttp: (signal: AbortSignal) => Promise<number>;
  /** An event that is answered at once; called only while the live connection is open. @returns its round trip in milliseconds. */
  askSocket: () => Promise<number>;
  /** Gives up the live connection, which has fallen silent. */
  dropSocket: () => void;
  /** Connects again without waiting. */
  reconnectSocket: () => void;
  /** Requests and watches get no answer (true), or get answers again. */
  onHttpLost: (lost: boolean) => void;
  /**
   * Whether all requests share one connection (HTTP/2). Otherwise a request may have to wait in the browser, and its answer
   * says nothing of the others, so it is only sent when there is no live connection.
   */
  sharesConnection: boolean;
}

/** Keeps the page's signal true: asks for signs of life, judges what was heard, and publishes it in `connection`. */
export class Monitor {
  readonly #ports: MonitorPorts;
  readonly #stop = new AbortController();
  #facts: Facts = firstFacts(Date.now());
  #timer: ReturnType<typeof setInterval> | undefined;
  #hiding: ReturnType<typeof setTimeout> | undefined;
  #turnedAt = Date.now();
  #asking: AbortController | undefined;
  #askAgainAt = 0;
  #socketAsked = { turn: 0, at: 0 };

  constructor(ports: MonitorPorts) {
    this.#ports = ports;
  }

  /** Starts; a page never stops it. */
  start(): void {
    const { signal } = this.#stop;
    document.addEventListener('visibilitychange', () => this.#visibility(), { signal });
    for (const event of ['online', 'offline']) window.addEventListener(event, () => this.#askAll(), { signal });
    this.#visibility();
    this.#resume();
  }

  stop(): void {
    this.#stop.abort();
    clearTimeout(this.#hiding);
    clearInterval(this.#timer);
    this.#asking?.abort();
  }

  /** Records an event. */
  note(event: LiveEvent): void {
    const wasLost = isLost(this.#facts.http, Date.now());
    this.#facts = withEvent(this.#facts, event, Date.now());
    // Whatever makes one way doubtful is a reason to ask the other.
    if (event.type === 'closed') this.#askHttp();
    if (event.type === 'opened') this.#askSocket();
    if (event.type === 'heard' && event.channel === 'http' && wasLost && !this.#facts.link.open)
      this.#ports.reconnectSocket();
    this.#publish();
  }

  #visibility(): void {
    clearTimeout(this.#hiding);
    if (document.visibilityState === 'hidden') this.#hiding = setTimeout(() => this.#pause(), HIDDEN_MS);
    else if (this.#facts.pausedAt !== undefined) this.#resume();
  }

  #pause(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#asking?.abort();
    this.#asking = undefined;
    this.#askAgainAt = 0;
    this.note({ type: 'paused' });
  }

  #resume(): void {
    this.#turnedAt = Date.now();
    this.#timer ??= setInterval(() => this.#turn(), TURN_MS);
    this.note({ type: 'looking' });
    this.#turn();
  }

  #turn(): void {
    const now = Date.now();
    const late = now - this.#turnedAt - TURN_MS;
    this.#turnedAt = now;
    if (late >= SLEPT_MS) this.#facts = withEvent(this.#facts, { type: 'looking' }, now);
    else if (late >= HELD_UP_MS) this.#facts = withEvent(this.#facts, { type: 'held-up', milliseconds: late }, now);
    const { http, socket, link } = this.#facts;
    if (link.open && isLost(socket, now)) this.#ports.dropSocket();
    const isWatched = this.#ports.sharesConnection || !link.open;
    if (http.askedAt !== undefined || (isWatched && isDue(http, this.#facts, now))) this.#askHttp();
    const isDueToMeasure = socket.askedAt === undefined && now - this.#socketAsked.at >= MEASURE_MS;
    if (link.open && (isDueToMeasure || isDue(socket, this.#facts, now))) this.#askSocket();
    this.#publish();
  }

  #askAll(): void {
    if (this.#facts.pausedAt !== undefined) return;
    this.#askHttp();
    if (this.#facts.link.open) this.#askSocket();
  }

  #askHttp(): void {
    const now = Date.now();
    this.#facts = withEvent(this.#facts, { type: 'asked', channel: 'http' }, now);
    if (now < this.#askAgainAt) return;
    this.#asking?.abort();
    const asking = new AbortController();
    this.#askAgainAt = now + ASK_AGAIN_MS;
    this.#asking = asking;
    this.#ports.askHttp(asking.signal).then(
      (roundTripMs) => {
        if (this.#asking !== asking) return;
        this.#askAgainAt = 0;
        this.note({ type: 'heard', channel: 'http', roundTripMs });
      },
      () => {
        if (this.#asking !== asking) return;
        this.note({ type: 'failed', channel: 'http' });
        this.#askAgainAt = Date.now() + Math.min(RETRY_MS * 2 ** this.#facts.http.failures, ASK_AGAIN_MS);
      },
    );
  }

  #askSocket(): void {
    const turn = this.#socketAsked.turn + 1;
    this.#socketAsked = { turn, at: Date.now() };
    this.#facts = withEvent(this.#facts, { type: 'asked', channel: 'socket' }, Date.now());
    this.#ports.askSocket().then(
      (roundTripMs) => {
        if (turn === this.#socketAsked.turn) this.note({ type: 'heard', channel: 'socket', roundTripMs });
      },
      () => undefined,
    );
  }

  #publish(): void {
    const now = Date.now();
    const freshness = judge(this.#facts, now);
    this.#ports.onHttpLost(this.#facts.pausedAt === undefined && isLost(this.#facts.http, now));
    const { link, socket } = this.#facts;
    const before = connection.get();
    const next: Connection = {
      freshness: isSame(before.freshness, freshness) ? before.freshness : freshness,
      hasSocket: link.open,
      roundTripMs:
        freshness.state === 'live' || freshness.state === 'catching-up' ? rounded(socket.roundTrips.at(-1)) : undefined,
    };
    const changed = (['freshness', 'hasSocket', 'roundTripMs'] as const).some((key) => before[key] !== next[key]);
    if (changed) connection.set(next);
  }
}

function rounded(milliseconds: number | undefined): number | undefined {
  return milliseconds === undefined ? undefined : Math.max(1, Math.round(milliseconds));
}

function isSame(a: Freshness, b: Freshness): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
