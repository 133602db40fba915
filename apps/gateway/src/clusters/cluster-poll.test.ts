import type { Cluster } from '@postern/contracts';
import { pino } from 'pino';
import { afterEach, expect, it } from 'vitest';
import { Lifecycle } from '../core/lifecycle.ts';
import type { Principal } from '../identity/principal.ts';
import { Limits } from '../limits/limits.ts';
import { defaultLimits } from '../limits/settings.ts';
import { Revalidation } from '../revalidation/revalidation.ts';
import { ClusterChanges } from './cluster-changes.ts';
import { ClusterPoll, versionOf } from './cluster-poll.ts';

const principal: Principal = {
  userId: 'ada',
  username: 'ada@example.com',
  credential: { kind: 'browser', id: 'c', clusterId: null, expiresAt: new Date(Date.now() + 60_000), scopes: null },
  memberships: [{ organizationId: 'acme', slug: 'acme', role: 'member' }],
};

const cluster = (over: Partial<Cluster> = {}): Cluster => ({
  id: '1',
  organizationId: 'acme',
  name: 'shop',
  labels: {},
  demo: false,
  createdAt: '2026-01-01T12:00:00.000Z',
  recording: { mode: 'best-effort', input: false },
  status: 'online',
  statusSince: '2026-01-01T12:00:00.000Z',
  agent: {
    id: '2',
    version: '1',
    instance: 'a',
    location: 'in-cluster',
    connectedAt: null,
    lastSeenAt: null,
    roundTripMs: 3,
  },
  kubernetes: null,
  capabilities: null,
  problem: null,
  joining: {
    tokenMade: null,
    agentDialled: null,
    keyRegistered: null,
    permissionsChecked: null,
    firstRequestServed: null,
  },
  uninstallCommand: '',
  ...over,
});

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

function pollOf({ holdMs = 60_000, streams = 10 } = {}) {
  const fixture = { items: [cluster()], isValid: true, lists: 0 };
  const changes = new ClusterChanges();
  const lifecycle = new Lifecycle();
  const limits = new Limits({ ...defaultLimits, streamsPerUser: streams });
  const revalidation = new Revalidation({
    authenticator: { stillValid: async () => fixture.isValid },
    logger: pino({ level: 'silent' }),
    intervalMs: 1_000_000,
  });
  closers.push(() => revalidation.stop());
  let onList = () => {};
  const clusters = {
    list: async () => {
      fixture.lists++;
      onList();
      return fixture.items;
    },
  };
  const poll = new ClusterPoll({ clusters, changes, revalidation, limits, lifecycle, holdMs });
  return {
    fixture,
    changes,
    lifecycle,
    revalidation,
    ask: (since?: string, gone = new AbortController().signal) =>
      poll.next({ principal, organizationId: 'acme', since, gone }),
    /** Resolves when the list is read next. */
    read: () => new Promise<void>((resolve) => (onList = resolve)),
  };
}

it('answers at once without a version and with an old one', async () => {
  const { ask, fixture } = pollOf();
  const first = await ask();
  expect(first.items).toEqual(fixture.items);
  expect(await ask('another')).toEqual(first);
});

it('waits for a change that counts', async () => {
  const { ask, fixture, changes, read } = pollOf();
  const { version } = await ask();
  const reading = read();
  const answer = ask(version);
  await reading;
  fixture.items = [cluster({ agent: { ...cluster().agent, roundTripMs: 9, lastSeenAt: 'now' } as Cluster['agent'] })];
  const again = read();
  changes.emit('changed', { organizationId: 'acme', clusterId: '1' });
  await again;
  fixture.items = [cluster({ status: 'offline' })];
  changes.emit('deleted', { organizationId: 'acme', clusterId: '7' });
  const { items, version: next } = await answer;
  expect(items).toEqual(fixture.items);
  expect(next).not.toBe(version);
  // The first answer, the start of the wait, and one reading for each of two changes.
  expect(fixture.lists).toBe(4);
  expect(changes.listenerCount('changed') + changes.listenerCount('deleted')).toBe(0);
});

it('reads nothing because of other organizations', async () => {
  const { ask, fixture, changes, read } = pollOf({ holdMs: 1_100 });
  const { version } = await ask();
  const reading = read();
  const answer = ask(version);
  await reading;
  changes.emit('changed', { organizationId: 'other', clusterId: '9' });
  await answer;
  // The first answer, and the start of the wait.
  expect(fixture.lists).toBe(2);
});

it('answers with the same version when the time is over, and when the gateway is about to stop', async () => {
  const short = pollOf({ holdMs: 20 });
  const { version } = await short.ask();
  expect(await short.ask(version)).toEqual({ version, items: short.fixture.items });
  const { ask, lifecycle, read } = pollOf();
  const reading = read();
  const answer = ask(version);
  await reading;
  lifecycle.drain();
  expect((await answer).version).toBe(version);
});

it('ends when the credential ends', async () => {
  const { ask, fixture, revalidation, read } = pollOf();
  const { version } = await ask();
  const reading = read();
  const answer = ask(version);
  await reading;
  fixture.isValid = false;
  await Promise.all([expect(answer).rejects.toMatchObject({ code: 'unauthenticated' }), revalidation.sweep()]);
});

it('counts as an open request until it is answered or the client has gone', async () => {
  const { ask, read } = pollOf({ streams: 1 });
  const { version } = await ask();
  const gone = new AbortController();
  const reading = read();
  const waiting = ask(version, gone.signal);
  await reading;
  await expect(ask()).rejects.toMatchObject({ code: 'rate-limited', headers: { 'retry-after': '1' } });
  gone.abort();
  await waiting;
  expect((await ask()).version).toBe(version);
});

it('has a version that ignores only what changes all the time', () => {
  const version = versionOf([cluster()]);
  expect(versionOf([cluster({ labels: { team: 'a' } })])).not.toBe(version);
  expect(versionOf([])).not.toBe(version);
  expect(versionOf([cluster({ agent: { ...cluster().agent, roundTripMs: 99 } as Cluster['agent'] })])).toBe(version);
});
