// @vitest-environment jsdom
import type { Cluster } from '@postern/contracts';
import { screen, waitFor } from '@testing-library/react';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ClustersPage } from '#features/clusters/clusters-page.tsx';
import { cluster, id, me } from '../../test/examples.ts';
import { expectWords } from '../../test/expect-words.ts';
import { renderPage } from '../../test/render-page.tsx';
import { TestGateway } from '../../test/test-gateway.ts';

const gateway = new TestGateway();
const shop = cluster({ id: id(10), name: 'shop', status: 'online' });
let clusters: Cluster[] = [shop];
/** The organization of each request to watch clusters. */
const watched: string[] = [];

async function start(): Promise<void> {
  await gateway.start();
  gateway.live.on('connection', (socket) => {
    socket.on('clusters:watch', ({ organization }, answer) => {
      watched.push(organization);
      answer({ items: clusters });
    });
  });
}

beforeAll(async () => {
  gateway.answer('getMe', () => me);
  gateway.answer('listClusters', () => ({ items: clusters }));
  await start();
});
afterAll(() => gateway.stop());

const row = (name: string) => screen.findByRole('row', { name: new RegExp(`^${name} `) });
const connection = (words: RegExp) => screen.findByRole('img', { name: words });

describe('the live connection', () => {
  it('shows changes, says when the gateway cannot be reached, and catches up when it is back', async () => {
    renderPage(<ClustersPage />, { gateway, path: '/acme' });
    await connection(/^Live/);
    expectWords(await row('shop'), 'Online');
    expect(watched).toEqual(['acme']);

    // A change, a cluster of another organization, a new one, and a deletion.
    gateway.live.emit('cluster:changed', { ...shop, status: 'offline' });
    await waitFor(async () => expectWords(await row('shop'), 'Offline'));
    gateway.live.emit('cluster:changed', cluster({ id: id(90), organizationId: id(91), name: 'foreign' }));
    gateway.live.emit('cluster:changed', cluster({ id: id(11), name: 'bank', status: 'pending' }));
    expectWords(await row('bank'), 'Waiting for its agent');
    expect(screen.queryByText('foreign')).toBeNull();
    gateway.live.emit('cluster:deleted', { id: id(11), organizationId: id(2) });
    await waitFor(() => expect(screen.queryByText('bank')).toBeNull());
    expect(gateway.calls('listClusters')).toHaveLength(1);

    // The gateway stops: the page says so and keeps its data.
    await gateway.stop();
    await connection(/Stale since .* cannot be reached/);
    await screen.findByText(/The gateway cannot be reached. What you see is from/);
    expectWords(await row('shop'), 'Last seen offline');

    // It is back, and the clusters have changed in the meantime.
    clusters = [shop, cluster({ id: id(12), name: 'warehouse' })];
    await start();
    await connection(/^Live/);
    await row('warehouse');
    expectWords(await row('shop'), 'Online');
    expect(screen.queryByText(/The gateway cannot be reached. What you see is from/)).toBeNull();
    expect(watched).toEqual(['acme', 'acme']);
  }, 60_000);
});
