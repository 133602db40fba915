import type { Cluster } from '@postern/contracts';
import { turns } from '@postern/testkit';
import { pino } from 'pino';
import { beforeEach, describe, expect, it } from 'vitest';
import { ClusterChanges } from '../clusters/cluster-changes.ts';
import { Limits } from '../limits/limits.ts';
import { defaultLimits } from '../limits/settings.ts';
import { FakeLiveServer, FakeLiveSocket } from '../test/fake-live.ts';
import { pushClusterChanges, serveClusters } from './cluster-events.ts';
import type { LiveOptions } from './live-socket.ts';
import { unreadLimits } from './unread.ts';

/** Clusters in memory. */
class StubClusters {
  readonly byId = new Map<string, Cluster>();
  /** The ids that were read, in order. */
  readonly reads: string[] = [];
  /** Awaited before each answer, in place of the database. */
  before: () => Promise<void> = async () => {};

  async get(organizationId: string, clusterId: string): Promise<Cluster | null> {
    this.reads.push(clusterId);
    await this.before();
    const found = this.byId.get(clusterId);
    return found?.organizationId === organizationId ? found : null;
  }

  async list(organizationId: string): Promise<Cluster[]> {
    await this.before();
    return [...this.byId.values()].filter((cluster) => cluster.organizationId === organizationId);
  }

  add(id: string, organizationId = 'acme-id'): Cluster {
    const cluster = { id, organizationId } as Cluster;
    this.byId.set(id, cluster);
    return cluster;
  }
}

let server: FakeLiveServer;
let clusters: StubClusters;
let changes: ClusterChanges;
let limits: Limits;
let lines: string[];
let stop: () => void;

beforeEach(() => {
  server = new FakeLiveServer();
  clusters = new StubClusters();
  changes = new ClusterChanges();
  // Allows 40 events at once.
  limits = new Limits({ ...defaultLimits, liveEventsPerUser: 10 }, () => 0);
  lines = [];
  stop = pushClusterChanges(server.asLive, options());
});

function options(): LiveOptions {
  const logger = pino({ base: null, timestamp: false }, { write: (line) => lines.push(line) });
  return { clusters, changes, limits, logger } as Partial<LiveOptions> as LiveOptions;
}

function connect(userId?: string, organizationId?: string): FakeLiveSocket {
  const socket = new FakeLiveSocket(server, userId, organizationId);
  serveClusters(socket.asLive, options());
  return socket;
}

const acme = { organization: 'acme' };
const away = async (): Promise<void> => {
  throw new Error('the database is away');
};

describe('a watched organization', () => {
  it('is listed, and every cluster of the list counts as an event', async () => {
    const items = Array.from({ length: 39 }, (_, index) => clusters.add(`c${index}`));
    clusters.add('foreign', 'other-id');
    expect(await connect().ask('clusters:watch', acme)).toEqual({ items });
    expect(limits.take('liveEventsPerUser', 'ada', 1)).toBe(0);
    expect(limits.take('liveEventsPerUser', 'ada', 1)).toBe(1);
  });

  it('reports changes and deletions to those who watch it, until they stop', async () => {
    const [ada, eve] = [connect(), connect('eve', 'other-id')];
    await ada.ask('clusters:watch', acme);
    await eve.ask('clusters:watch', { organization: 'other' });
    const cluster = clusters.add('c1');
    const event = { organizationId: 'acme-id', clusterId: 'c1' };
    changes.emit('changed', event);
    await turns();
    changes.emit('deleted', event);
    expect(ada.sent).toEqual([
      ['cluster:changed', cluster],
      ['cluster:deleted', { id: 'c1', organizationId: 'acme-id' }],
    ]);
    expect(await ada.ask('clusters:unwatch', acme)).toEqual({});
    changes.emit('changed', event);
    changes.emit('deleted', event);
    await turns();
    expect(ada.sent).toHaveLength(2);
    expect(eve.sent).toEqual([]);
  });

  it('stays watched if somebody stops watching another one', async () => {
    const ada = connect();
    await ada.ask('clusters:watch', acme);
    expect(await ada.ask('clusters:unwatch', { organization: 'other' })).toEqual({});
    changes.emit('deleted', { organizationId: 'acme-id', clusterId: 'c1' });
    expect(ada.sent).toHaveLength(1);
  });

  it('is not found by people who are not members, nor with a credential for one cluster', async () => {
    const notFound = { error: { code: 'not-found', message: 'There is no such organization.' } };
    expect(await connect('eve', 'other-id').ask('clusters:watch', acme)).toEqual(notFound);
    const ada = connect();
    ada.data.principal.credential.clusterId = 'c1';
    ada.data.principal.credential.scopes = ['cluster:use'];
    expect(await ada.ask('clusters:watch', acme)).toEqual(notFound);
    changes.emit('deleted', { organizationId: 'acme-id', clusterId: 'c1' });
    expect(ada.sent).toEqual([]);
  });

  it('is listed again only once the browser has read most of what it was sent', async () => {
    const ada = connect();
    ada.unread = unreadLimits.hold + 1;
    expect(await ada.ask('clusters:watch', acme)).toEqual({
      error: {
        code: 'limit',
        message: 'The previous list has not arrived yet. Wait for it before you ask again.',
        retryAfterSeconds: 1,
      },
    });
    ada.unread = unreadLimits.hold;
    expect(await ada.ask('clusters:watch', acme)).toEqual({ items: [] });
  });

  it('is not watched if it could not be listed', async () => {
    const ada = connect();
    clusters.before = away;
    expect(await ada.ask('clusters:watch', acme)).toEqual({
      error: { code: 'unavailable', message: 'The clusters cannot be listed right now. Try again shortly.' },
    });
    changes.emit('deleted', { organizationId: 'acme-id', clusterId: 'c1' });
    expect(ada.sent).toEqual([]);
    clusters.before = async () => {};
    expect(await ada.ask('clusters:watch', acme)).toEqual({ items: [] });
  });
});

describe('a changed cluster', () => {
  const change = (clusterId = 'c1'): boolean => changes.emit('changed', { organizationId: 'acme-id', clusterId });

  it('is not read if nobody watches', async () => {
    clusters.add('c1');
    change();
    await turns();
    expect(clusters.reads).toEqual([]);
  });

  it('is read once for simultaneous changes, and once more for those that occur meanwhile', async () => {
    const ada = connect();
    await ada.ask('clusters:watch', acme);
    clusters.add('c1');
    const answers: (() => void)[] = [];
    clusters.before = () => new Promise((resolve) => answers.push(resolve));
    for (let count = 0; count < 3; count++) change();
    await turns();
    expect(clusters.reads).toEqual(['c1']);
    const renamed = { ...clusters.add('c1'), name: 'renamed' };
    clusters.byId.set('c1', renamed);
    for (let count = 0; count < 3; count++) change();
    await turns();
    expect(clusters.reads).toEqual(['c1']);
    answers[0]?.();
    await turns();
    expect(clusters.reads).toEqual(['c1', 'c1']);
    answers[1]?.();
    await turns();
    expect(clusters.reads).toEqual(['c1', 'c1']);
    expect(ada.sent.at(-1)).toEqual(['cluster:changed', renamed]);
    change();
    await turns();
    expect(clusters.reads).toEqual(['c1', 'c1', 'c1']);
    answers[2]?.();
    await turns();
  });

  it('that is gone by then is not reported', async () => {
    const ada = connect();
    await ada.ask('clusters:watch', acme);
    change('gone');
    await turns();
    expect(clusters.reads).toEqual(['gone']);
    expect(ada.sent).toEqual([]);
  });

  it('that cannot be read is logged, and its next change is reported', async () => {
    const ada = connect();
    await ada.ask('clusters:watch', acme);
    const cluster = clusters.add('c1');
    clusters.before = away;
    change();
    await turns();
    expect(ada.sent).toEqual([]);
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({ msg: 'cannot tell browsers of a change', clusterId: 'c1' }),
    ]);
    clusters.before = async () => {};
    change();
    await turns();
    expect(ada.sent).toEqual([['cluster:changed', cluster]]);
  });

  it('is no longer reported once the gateway stops', async () => {
    const ada = connect();
    await ada.ask('clusters:watch', acme);
    clusters.add('c1');
    stop();
    change();
    changes.emit('deleted', { organizationId: 'acme-id', clusterId: 'c1' });
    await turns();
    expect(ada.sent).toEqual([]);
  });
});
