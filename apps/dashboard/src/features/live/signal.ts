import type { Freshness } from '#features/freshness/freshness.ts';

/** How long a channel may be silent before the gateway is asked for a sign of life, in milliseconds. */
export const ASK_AFTER_MS = 1_250;
/** An answer that takes longer than this is late, in milliseconds. */
const LATE_MS = 1_000;
/**
 * Without an answer for this long, a channel is lost, in milliseconds: with `ASK_AFTER_MS` and two turns of the timer 3.75 s
 * after the last byte, which leaves more than a second to a busy machine.
 */
const LOST_MS = 2_000;
/** On a slow network a channel is lost after this many of its round trips, … */
const LOST_ROUND_TRIPS = 3;
/** … and at the latest after this time, in milliseconds. */
const LOST_AT_MOST_MS = 10_000;
/** So many round trips are remembered; the shortest counts, because one answer may have waited for the network to come back. */
const ROUND_TRIPS = 4;
/** A request may fail by itself, for example when the gateway ends an idle connection; the next one tells. */
const LOST_FAILURES = 2;

export const UNREACHABLE = 'The gateway cannot be reached.';
export const BLOCKED =
  'The live connection could not be made: a proxy on the way must let WebSocket connections to /socket.io/ pass.';

/** What was last heard on one way to the gateway. Instants in milliseconds since 1970. */
export interface Channel {
  readonly heardAt: number;
  /** The oldest question that has no answer yet. */
  readonly askedAt: number | undefined;
  /** Failed requests since it was last heard. */
  readonly failures: number;
  /** The latest round trips in milliseconds, oldest first. */
  readonly roundTrips: readonly number[];
}

/** Everything that decides how fresh the page is. */
export interface Facts {
  /** Requests and watches, which share one connection. */
  readonly http: Channel;
  /** The live connection. */
  readonly socket: Channel;
  /** Since when the live connection is open, or is not. */
  readonly link: { readonly open: boolean; readonly since: number };
  /** How the statuses of clusters are known, since the link last changed. */
  readonly statuses:
    | { readonly by: 'nothing' }
    | { readonly by: 'events' | 'poll'; readonly since: number }
    | { readonly by: 'error'; readonly message: string };
  /** Nobody looks, since this instant. */
  readonly pausedAt: number | undefined;
  /** Since when somebody looks; what was heard before does not count. */
  readonly lookingSince: number;
}

type ChannelName = 'http' | 'socket';

export type LiveEvent =
  | { type: 'asked'; channel: ChannelName }
  | { type: 'heard'; channel: ChannelName; roundTripMs?: number }
  | { type: 'failed'; channel: 'http' }
  | { type: 'opened' }
  | { type: 'closed' }
  /** The list of clusters has arrived, and changes follow. */
  | { type: 'statuses'; by: 'events' | 'poll' }
  | { type: 'poll-failed'; message: string }
  | { type: 'paused' }
  /** The page is shown again, or the computer has woken up. */
  | { type: 'looking' }
  /** The page itself did not run for so long, in milliseconds, which is nobody's silence. */
  | { type: 'held-up'; milliseconds: number };

/** The facts of a page that was loaded at `now`. */
export function firstFacts(now: number): Facts {
  const silent = { heardAt: now, askedAt: undefined, failures: 0, roundTrips: [] };
  return {
    http: silent,
    socket: silent,
    link: { open: false, since: now },
    statuses: { by: 'nothing' },
    pausedAt: undefined,
    lookingSince: now,
  };
}

/** The facts after an event at `now`. */
export function withEvent(facts: Facts, event: LiveEvent, now: number): Facts {
  switch (event.type) {
    case 'asked': {
      const channel = facts[event.channel];
      return { ...facts, [event.channel]: { ...channel, askedAt: channel.askedAt ?? now } };
    }
    case 'heard': {
      const { roundTripMs } = event;
      const before = facts[event.channel].roundTrips;
      const roundTrips = roundTripMs === undefined ? before : [...before, roundTripMs].slice(-ROUND_TRIPS);
      return { ...facts, [event.channel]: { heardAt: now, askedAt: undefined, failures: 0, roundTrips } };
    }
    case 'failed':
      return { ...facts, http: { ...facts.http, failures: facts.http.failures + 1 } };
    case 'opened':
      return {
        ...facts,
        socket: { ...facts.socket, heardAt: now, askedAt: undefined },
        link: { open: true, since: now },
        statuses: { by: 'nothing' },
      };
    case 'closed':
      // Attempts that fail change nothing: the statuses may be polled already.
      if (!facts.link.open) return facts;
      return {
        ...facts,
        socket: { ...facts.socket, askedAt: undefined, roundTrips: [] },
        link: { open: false, since: now },
        statuses: { by: 'nothing' },
      };
    case 'statuses':
      if ((event.by === 'events') !== facts.link.open) return facts;
      if (facts.statuses.by === event.by) return facts;
      return { ...facts, statuses: { by: event.by, since: now } };
    case 'poll-failed':
      return facts.link.open ? facts : { ...facts, statuses: { by: 'error', message: event.message } };
    case 'paused':
      return { ...facts, pausedAt: now };
    case 'looking':
      return {
        ...facts,
        http: { ...facts.http, askedAt: undefined, failures: 0 },
        socket: { ...facts.socket, askedAt: undefined },
        pausedAt: undefined,
        lookingSince: now,
      };
    case 'held-up':
      return {
        ...facts,
        http: forgiven(facts.http, event.milliseconds),
        socket: forgiven(facts.socket, event.milliseconds),
      };
  }
}

function forgiven(channel: Channel, milliseconds: number): Channel {
  return channel.askedAt === undefined ? channel : { ...channel, askedAt: channel.askedAt + milliseconds };
}

/** Whether a channel has been silent for too long, or its requests fail. */
export function isLost({ askedAt, failures, roundTrips }: Channel, now: number): boolean {
  const usual = roundTrips.length === 0 ? 0 : Math.min(...roundTrips);
  const patience = Math.min(Math.max(LOST_MS, LOST_ROUND_TRIPS * usual), LOST_AT_MOST_MS);
  return failures >= LOST_FAILURES || (askedAt !== undefined && now - askedAt >= patience);
}

/** Whether a channel should be asked for a sign of life. */
export function isDue({ heardAt, askedAt }: Channel, { lookingSince }: Facts, now: number): boolean {
  return askedAt === undefined && (now - heardAt >= ASK_AFTER_MS || heardAt < lookingSince);
}

/** How fresh the page is, apart from its own lists. */
export function judge(facts: Facts, now: number): Freshness {
  const { http, socket, link, statuses, pausedAt, lookingSince } = facts;
  if (pausedAt !== undefined) return { state: 'paused', since: pausedAt };
  if (isLost(http, now)) return { state: 'stale', since: http.heardAt, reason: UNREACHABLE };
  const late = [http, ...(link.open ? [socket] : [])].filter(
    ({ askedAt }) => askedAt !== undefined && now - askedAt >= LATE_MS,
  );
  const slow: Freshness | undefined =
    late.length === 0 ? undefined : { state: 'slow', since: Math.min(...late.map(({ heardAt }) => heardAt)) };
  if (!link.open || isLost(socket, now)) {
    if (statuses.by === 'error') return { state: 'stale', since: socket.heardAt, reason: statuses.message };
    if (statuses.by === 'poll') return slow ?? { state: 'fallback', since: statuses.since, reason: BLOCKED };
    return { state: 'catching-up', since: link.since };
  }
  if (statuses.by !== 'events' || http.heardAt < lookingSince || socket.heardAt < lookingSince)
    return { state: 'catching-up', since: Math.max(link.since, lookingSince) };
  return slow ?? { state: 'live', since: statuses.since };
}
