// @vitest-environment jsdom
import { act, screen, within } from '@testing-library/react';
import { useState } from 'react';
import { beforeEach, expect, it } from 'vitest';
import { ClusterTable } from '#features/clusters/cluster-table.tsx';
import { NeedsLiveConnection } from '#features/dock/needs-live-connection.tsx';
import { connection } from '#features/freshness/connection.ts';
import type { Freshness } from '#features/freshness/freshness.ts';
import { FreshnessLine } from '#features/freshness/freshness-line.tsx';
import { ClusterFreshness, useShownFreshness } from '#features/freshness/use-shown-freshness.ts';
import { useViewOnPage } from '#features/freshness/views.ts';
import { timeOfDay } from '#features/freshness/words.ts';
import { type Facts, firstFacts, judge, type LiveEvent, withEvent } from '#features/live/signal.ts';
import { Latency } from '#features/terminal/latency.tsx';
import { cluster } from '../../test/examples.ts';
import { renderParts } from '../../test/render-page.tsx';
import { ConnectionDot } from './connection-dot.tsx';
import { LiveBanner } from './live-banner.tsx';

const SECOND = 1_000;
/** In the past, so that nothing is too new to be shown. */
const start = Date.now() - 60 * SECOND;

/** What happens to a connection, in order, each event some milliseconds after the one before. */
const story: { name: string; state: Freshness['state']; events: { after: number; event?: LiveEvent }[] }[] = [
  { name: 'the page loads', state: 'catching-up', events: [] },
  {
    name: 'the live connection opens',
    state: 'live',
    events: [
      { after: 100, event: { type: 'opened' } },
      { after: 10, event: { type: 'heard', channel: 'socket', roundTripMs: 7 } },
      { after: 10, event: { type: 'statuses', by: 'events' } },
    ],
  },
  {
    name: 'an answer is late',
    state: 'slow',
    events: [{ after: 1_500, event: { type: 'asked', channel: 'http' } }, { after: 1_000 }],
  },
  { name: 'there is none', state: 'stale', events: [{ after: 1_500 }] },
  { name: 'it comes after all', state: 'live', events: [{ after: 5_000, event: { type: 'heard', channel: 'http' } }] },
  { name: 'the live connection closes', state: 'catching-up', events: [{ after: 100, event: { type: 'closed' } }] },
  {
    name: 'clusters are polled',
    state: 'fallback',
    events: [{ after: 1_000, event: { type: 'statuses', by: 'poll' } }],
  },
  {
    name: 'polls are refused',
    state: 'stale',
    events: [{ after: 1_000, event: { type: 'poll-failed', message: 'Too many.' } }],
  },
  { name: 'it opens again', state: 'catching-up', events: [{ after: 1_000, event: { type: 'opened' } }] },
  {
    name: 'and catches up',
    state: 'live',
    events: [
      { after: 100, event: { type: 'statuses', by: 'events' } },
      { after: 0, event: { type: 'heard', channel: 'socket', roundTripMs: 9 } },
    ],
  },
  { name: 'the page is hidden', state: 'paused', events: [{ after: 1_000, event: { type: 'paused' } }] },
];

const at = start - 30 * SECOND;
const lists: Freshness[] = [
  { state: 'live', since: at },
  { state: 'polled', at, everyMs: 30_000, reason: 'This kind cannot be watched.' },
  { state: 'catching-up', since: at },
  { state: 'paused', since: at },
  { state: 'stale', since: at, reason: 'The watch was refused.', retryAt: start },
  { state: 'loading', loaded: 0, remaining: undefined },
  { state: 'denied', message: 'pods is forbidden' },
  { state: 'failed', message: 'no', retryAt: start },
];
const agents: Freshness[] = [
  { state: 'live', since: 0 },
  { state: 'stale', since: at + SECOND, reason: 'The agent of shop is offline.' },
];

let change: (next: { list: Freshness; agent: Freshness }) => void;

function Parts() {
  const [{ list, agent }, set] = useState({ list: lists[0] as Freshness, agent: agents[0] as Freshness });
  change = set;
  useViewOnPage(useShownFreshness(agent));
  return (
    <>
      <LiveBanner />
      <ConnectionDot />
      <section aria-label="Clusters">
        <ClusterTable organization="acme" clusters={[cluster({ name: 'shop' })]} onLabel={() => undefined} />
      </section>
      <section aria-label="Table">
        <ClusterFreshness value={agent}>
          <FreshnessLine freshness={list} />
        </ClusterFreshness>
      </section>
      <section aria-label="Terminal">
        <NeedsLiveConnection />
        <Latency />
      </section>
    </>
  );
}

/** What each place says. */
function said() {
  const of = (name: string) => screen.getByRole('region', { name });
  return {
    banner: screen.queryByText(/What you see is from/)?.textContent ?? '',
    dot: screen.getByRole('img').getAttribute('aria-label') ?? '',
    line: within(of('Table')).getByRole('status').textContent ?? '',
    status: within(of('Clusters')).getByText(/online/i).textContent ?? '',
    terminal: of('Terminal').textContent ?? '',
  };
}

beforeEach(async () => {
  renderParts(<Parts />);
  await within(screen.getByRole('region', { name: 'Table' })).findByText(/./);
});

it('says the same everywhere, whatever happens to the connection, the agent and the list', () => {
  let facts: Facts = firstFacts(start);
  let now = start;
  const seen = new Set<string>();
  for (const { name, state, events } of story) {
    for (const { after, event } of events) {
      now += after;
      if (event !== undefined) facts = withEvent(facts, event, now);
    }
    const freshness = judge(facts, now);
    expect(freshness.state, name).toBe(state);
    for (const agent of agents) {
      for (const list of lists) {
        act(() => {
          connection.set({ freshness, hasSocket: facts.link.open, roundTripMs: 7 });
          change({ agent, list });
        });
        const where = `${name}; agent ${agent.state}; list ${list.state}`;
        const { banner, dot, line, status, terminal } = said();
        seen.add(line.replace(/ .*/, ''));
        const away = freshness.state === 'stale';
        // The line and the dot use the same words; what was never loaded, or is denied, is no word on freshness.
        const speaks = !['loading', 'denied', 'failed'].includes(list.state) || away || agent.state === 'stale';
        if (speaks) expect(dot.replace(/^Live: .*/, 'Live'), where).toBe(line.replace(/(Try now)$/, '').trim());
        // Nobody says live while another place does not.
        const isLive = dot.startsWith('Live: ');
        expect(isLive, where).toBe(state === 'live' && agent.state === 'live' && (list.state === 'live' || !speaks));
        expect(banner !== '', where).toBe(away);
        if (away) {
          const reason = freshness.reason;
          expect(
            [banner, line, dot].every((text) => text.includes(reason)),
            where,
          ).toBe(true);
          expect(banner).toContain(timeOfDay(freshness.since));
        }
        expect(status.startsWith('Last seen online'), where).toBe(away || state === 'paused');
        expect(terminal.includes('No answer'), where).toBe(away);
        expect(terminal.includes('Slow'), where).toBe(state === 'slow');
        expect(terminal.includes('Terminals need the live connection'), where).toBe(state === 'fallback');
      }
    }
  }
  expect([...seen].sort()).toEqual(['Catching', 'Live', 'Loading…', 'Not', 'Paused', 'Slow:', 'Stale', 'This'].sort());
});
