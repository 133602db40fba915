import { describe, expect, it } from 'vitest';
import {
  ASK_AFTER_MS,
  BLOCKED,
  type Facts,
  firstFacts,
  isDue,
  isLost,
  judge,
  type LiveEvent,
  UNREACHABLE,
  withEvent,
} from './signal.ts';

/** A page whose clock moves only as the test says. */
class Page {
  now = 100_000;
  facts: Facts = firstFacts(this.now);

  at(milliseconds: number): this {
    this.now += milliseconds;
    return this;
  }

  note(...events: LiveEvent[]): this {
    for (const event of events) this.facts = withEvent(this.facts, event, this.now);
    return this;
  }

  get signal() {
    return judge(this.facts, this.now);
  }

  get state() {
    return this.signal.state;
  }
}

const heard = (channel: 'http' | 'socket', roundTripMs?: number): LiveEvent => ({
  type: 'heard',
  channel,
  ...(roundTripMs !== undefined && { roundTripMs }),
});
const asked = (channel: 'http' | 'socket'): LiveEvent => ({ type: 'asked', channel });
const live = () =>
  new Page().note({ type: 'opened' }, { type: 'statuses', by: 'events' }, heard('http', 20), heard('socket', 20));

describe('the signal of a page', () => {
  it('catches up until the live connection is open and the list of clusters has come', () => {
    const page = new Page();
    expect(page.state).toBe('catching-up');
    expect(page.note({ type: 'opened' }).state).toBe('catching-up');
    expect(page.note({ type: 'statuses', by: 'events' }).signal).toEqual({ state: 'live', since: page.now });
  });

  it.each(['http', 'socket'] as const)('tells of a silent %s within 5 s of its last byte', (channel) => {
    const page = live();
    const last = page.now;
    const other = channel === 'http' ? 'socket' : 'http';
    const states: { at: number; state: string }[] = [];
    while (page.now - last < 5_000) {
      page.at(250);
      if (isDue(page.facts[channel], page.facts, page.now)) page.note(asked(channel));
      page.note(heard(other, 20));
      const { state } = page.signal;
      if (states.at(-1)?.state !== state) states.push({ at: page.now - last, state });
    }
    const [, slow, lost] = states;
    expect(slow).toEqual({ at: ASK_AFTER_MS + 1_000, state: 'slow' });
    expect(lost?.at).toBe(3_250);
    // A silent socket is dropped and polled around; without an answer to any request nothing is known.
    expect(lost?.state).toBe(channel === 'http' ? 'stale' : 'catching-up');
    if (channel === 'http') expect(page.signal).toEqual({ state: 'stale', since: last, reason: UNREACHABLE });
  });

  it('is live again with the first answer, and never lost while bytes arrive', () => {
    const page = live().at(2_000).note(asked('http')).at(2_000);
    expect(page.state).toBe('stale');
    expect(page.note(heard('http')).state).toBe('live');
    for (let turn = 0; turn < 20; turn++) {
      page.at(1_400).note(heard('http'), heard('socket'));
      expect(page.state).toBe('live');
    }
  });

  it('is lost at the second failed request in a row', () => {
    const page = live().note({ type: 'failed', channel: 'http' });
    expect(page.state).toBe('live');
    expect(page.note({ type: 'failed', channel: 'http' }).signal).toMatchObject({
      state: 'stale',
      reason: UNREACHABLE,
    });
    expect(page.note(heard('http')).state).toBe('live');
    expect(page.note({ type: 'failed', channel: 'http' }).state).toBe('live');
  });

  it('is more patient on a network whose round trips are long', () => {
    const page = new Page().note({ type: 'opened' }, { type: 'statuses', by: 'events' });
    page.note(heard('http', 2_000), asked('http'));
    expect(page.at(2_600).state).toBe('slow');
    expect(page.at(3_500).state).toBe('stale');
    expect(isLost({ heardAt: 0, askedAt: 0, failures: 0, roundTrips: [60_000] }, 10_000)).toBe(true);
  });

  it('is not patient because of one answer that waited for the network to come back', () => {
    const page = live().note(heard('http', 9_000), asked('http'));
    expect(page.at(2_000).state).toBe('stale');
  });

  it('falls back to polling without a live connection, says why, and is live once it is open and caught up', () => {
    const page = live().note({ type: 'closed' });
    expect(page.state).toBe('catching-up');
    page.at(1_000).note({ type: 'statuses', by: 'poll' });
    expect(page.signal).toEqual({ state: 'fallback', since: page.now, reason: BLOCKED });
    const since = page.now;
    page.at(1_000).note({ type: 'closed' }, { type: 'statuses', by: 'poll' }, heard('http'));
    expect(page.signal).toEqual({ state: 'fallback', since, reason: BLOCKED });
    expect(page.note({ type: 'opened' }).state).toBe('catching-up');
    // An answer to a poll that was on its way says nothing of the new connection.
    expect(page.note({ type: 'statuses', by: 'poll' }).state).toBe('catching-up');
    expect(page.note({ type: 'statuses', by: 'events' }).state).toBe('live');
  });

  it('is stale, with the gateway’s words, while polling is refused', () => {
    const page = live().note({ type: 'closed' }, { type: 'poll-failed', message: 'Too many requests.' });
    expect(page.signal).toMatchObject({ state: 'stale', reason: 'Too many requests.' });
    expect(page.note({ type: 'statuses', by: 'poll' }).state).toBe('fallback');
  });

  it('pauses while hidden, and is not live again before both ways were heard', () => {
    const page = live().at(30_000).note({ type: 'paused' });
    expect(page.signal).toEqual({ state: 'paused', since: page.now });
    page.at(3_600_000).note({ type: 'looking' });
    expect(page.state).toBe('catching-up');
    expect(isDue(page.facts.http, page.facts, page.now)).toBe(true);
    page.at(10).note(heard('http'));
    expect(page.state).toBe('catching-up');
    expect(page.note(heard('socket')).state).toBe('live');
  });

  it('does not take its own standstill for silence', () => {
    const page = live().at(2_000).note(asked('http'), asked('socket'));
    page.at(3_000).note({ type: 'held-up', milliseconds: 3_000 });
    expect(page.state).toBe('live');
    expect(page.at(2_500).state).toBe('stale');
  });
});
