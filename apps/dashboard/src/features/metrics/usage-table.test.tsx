// @vitest-environment jsdom
import { screen, waitFor, within } from '@testing-library/react';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KindTable } from '#features/browser/kind-table.tsx';
import { knownKinds } from '#features/kube/known-kinds.ts';
import { cluster, me } from '../../test/examples.ts';
import { renderPage } from '../../test/render-page.tsx';
import { TestCluster } from '../../test/test-cluster.ts';
import { TestGateway } from '../../test/test-gateway.ts';

const METRICS = '/apis/metrics.k8s.io/v1beta1/pods';
const gateway = new TestGateway();
beforeAll(async () => {
  gateway.answer('getMe', () => me);
  gateway.answer('listClusters', () => ({ items: ['a', 'b', 'c', 'd'].map((name) => cluster({ name })) }));
  await gateway.start();
});
afterAll(() => gateway.stop());

/** Renders the pods of a cluster of its own, because what was requested is kept for a while. */
function showPods(name: string, query = '') {
  return renderPage(<KindTable cluster={{ organization: 'acme', cluster: name }} resource={knownKinds.pods} />, {
    gateway,
    path: `/acme/clusters/${name}/r/pods${query}`,
  });
}
const measured = (name: string, cpu: string, memory: string) => ({
  metadata: { name, namespace: 'shop' },
  timestamp: '2026-03-01T12:00:00Z',
  containers: [{ name: 'main', usage: { cpu, memory } }],
});
const cellsOf = async (name: string) => {
  const row = (await screen.findByRole('link', { name })).closest('[role=row]');
  return within(row as HTMLElement)
    .getAllByRole('gridcell')
    .map(({ textContent }) => textContent);
};

describe('a table of pods', { timeout: 60_000 }, () => {
  it('has their CPU and memory, from one list, and sorts by it', async () => {
    const kube = new TestCluster(gateway);
    kube.putTable('/api/v1/pods', ['web-0', 'web-1', 'web-2']);
    kube.put(METRICS, measured('web-0', '900m', '64Mi'), measured('web-1', '2', '1Gi'));
    showPods('a', '?sort=-cpu');
    await waitFor(async () => expect(await cellsOf('web-1')).toContain('1 GiB'));
    expect(await cellsOf('web-0')).toEqual(expect.arrayContaining(['900m', '64 MiB']));
    expect(await cellsOf('web-2')).toEqual(expect.arrayContaining(['–', '–']));
    expect(screen.getAllByRole('link', { name: /^web-/ }).map(({ textContent }) => textContent)).toEqual([
      'web-1',
      'web-0',
      'web-2',
    ]);
    expect(kube.count(METRICS)).toEqual({ lists: 1, watches: 0 });
  });

  it('says that metrics-server is not installed, and hides the columns with the note', async () => {
    const kube = new TestCluster(gateway);
    kube.putTable('/api/v1/pods', ['web-0']);
    const { user } = showPods('b');
    const note = await screen.findByRole('note');
    await within(note).findByText(/metrics-server is not installed in this cluster/);
    within(note).getByText(/^kubectl apply -f /);
    await user.click(within(note).getByRole('button', { name: 'Hide CPU and memory' }));
    await waitFor(() => expect(screen.queryByRole('note')).toBeNull());
    expect(screen.queryByRole('columnheader', { name: 'CPU' })).toBeNull();
  });

  it('says which rule is missing', async () => {
    const kube = new TestCluster(gateway);
    kube.putTable('/api/v1/pods', ['web-0']);
    kube.refuse(METRICS, 403, 'Forbidden', 'pods.metrics.k8s.io is forbidden');
    showPods('c');
    await screen.findByText(/get and list pods in metrics\.k8s\.io/);
    screen.getByText('pods.metrics.k8s.io is forbidden');
  });

  it('says what the cluster says about a metrics API that is down', async () => {
    const kube = new TestCluster(gateway);
    kube.putTable('/api/v1/pods', ['web-0']);
    kube.refuse(METRICS, 503, 'ServiceUnavailable', 'the server is currently unable to handle the request');
    showPods('d');
    await screen.findByText(/The metrics API of this cluster does not answer/);
    screen.getByText('the server is currently unable to handle the request');
  });
});
