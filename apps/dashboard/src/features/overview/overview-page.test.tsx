// @vitest-environment jsdom
import type { Cluster } from '@postern/contracts';
import { screen, waitFor, within } from '@testing-library/react';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ClusterGate } from '#features/clusters/cluster-gate.tsx';
import { cluster, me } from '../../test/examples.ts';
import { expectWords } from '../../test/expect-words.ts';
import { renderPage } from '../../test/render-page.tsx';
import { TestCluster } from '../../test/test-cluster.ts';
import { TestGateway } from '../../test/test-gateway.ts';
import { OverviewPage } from './overview-page.tsx';

const PODS = '/api/v1/pods';
const NODES = '/api/v1/nodes';
const EVENTS = '/api/v1/events';
const SETS = '/apis/apps/v1/replicasets';
const METRICS = '/apis/metrics.k8s.io/v1beta1/nodes';

const pod = (name: string, waiting?: string) => ({
  metadata: { name, namespace: 'shop' },
  spec: { nodeName: 'node-1', containers: [{ name: 'app', resources: { requests: { cpu: '500m', memory: '1Gi' } } }] },
  status: {
    phase: 'Running',
    containerStatuses: [{ state: waiting === undefined ? {} : { waiting: { reason: waiting } } }],
  },
});
const node = (name: string, ready: boolean) => ({
  metadata: { name },
  status: {
    allocatable: { cpu: '4', memory: '8Gi' },
    conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }],
  },
});

const gateway = new TestGateway();
let shop: Cluster;
let kube: TestCluster;
beforeAll(async () => {
  await gateway.start();
  gateway.live.on('connection', (socket) => socket.on('clusters:watch', (_, answer) => answer({ items: [shop] })));
});
afterAll(() => gateway.stop());
let page = 0;
beforeEach(() => {
  gateway.forget();
  // Unused lists are kept for a while, so each test has a cluster of its own.
  shop = cluster({ name: `shop-${++page}` });
  gateway.answer('getMe', () => me);
  gateway.answer('listClusters', () => ({ items: [shop] }));
  gateway.answer('listSessions', () => ({ items: [], nextCursor: null }));
  kube = new TestCluster(gateway);
  kube.put(NODES, node('node-1', true));
  kube.put(PODS, pod('web-0'), pod('web-1'));
  kube.put(EVENTS);
  kube.print(SETS, ['Name', 'Containers', 'Images'], ({ metadata: { name }, image = '' }) => [name, 'web', image]);
});

const open = () =>
  renderPage(
    <ClusterGate>
      <OverviewPage />
    </ClusterGate>,
    { gateway, path: `/acme/clusters/${shop.name}` },
  );
const card = async (name: string) => {
  const heading = await screen.findByRole('heading', { name });
  const section = heading.closest('section');
  if (section === null) throw new Error(`${name} is in no card`);
  return section;
};

describe('the overview of a cluster', { timeout: 60_000 }, () => {
  it('summarises the cluster, and follows changes without listing again', async () => {
    open();
    await screen.findByText('Healthy: 1 of 1 nodes ready, 2 pods running');
    expectWords(await card('Pods'), 'Running 2');
    expectWords(await card('Capacity'), 'CPU requested', '1 of 4', '2 GiB of 8 GiB');
    await screen.findByText('Live');

    kube.put(PODS, pod('web-1', 'CrashLoopBackOff'));
    await screen.findByText('1 pod is in trouble; 1 of 1 nodes ready, 1 pod running');
    const trouble = within(await card('Pods')).getByRole('link', { name: 'web-1' });
    expect(trouble.getAttribute('href')).toBe(`/acme/clusters/${shop.name}/r/pods/shop/web-1`);

    kube.put(NODES, node('node-2', false));
    await screen.findByText(/^Node node-2 is not ready, 1 pod is in trouble/);
    kube.remove(PODS, 'web-1');
    await waitFor(async () => expect((await card('Pods')).textContent).not.toContain('CrashLoopBackOff'));
    for (const path of [PODS, NODES, SETS]) expect(kube.count(path)).toEqual({ lists: 1, watches: 1 });
    // The warnings, and those about scaling.
    expect(kube.count(EVENTS)).toEqual({ lists: 2, watches: 2 });
  });

  it('is not healthy with a pod in a loop that happens to run, nor with one that fits on no node', async () => {
    const minutes = (count: number) => new Date(Date.now() - count * 60_000).toISOString();
    const loop = pod('web-2');
    const terminated = { exitCode: 1, reason: 'Error', finishedAt: minutes(2.5) };
    kube.put(PODS, {
      ...loop,
      status: {
        ...loop.status,
        containerStatuses: [
          {
            name: 'app',
            ready: true,
            restartCount: 28,
            state: { running: { startedAt: minutes(1) } },
            lastState: { terminated },
          },
        ],
      },
    });
    kube.put(PODS, {
      metadata: { name: 'web-3', namespace: 'shop', creationTimestamp: minutes(41) },
      status: {
        phase: 'Pending',
        conditions: [
          {
            type: 'PodScheduled',
            status: 'False',
            reason: 'Unschedulable',
            message: '0/1 nodes are available: 1 Insufficient cpu.',
          },
        ],
      },
    });
    open();
    await screen.findByText('2 pods are in trouble; 1 of 1 nodes ready, 2 pods running');
    expectWords(
      await card('Pods'),
      'Running, restarting',
      'It has restarted 28 times, last 2 minutes ago: container app ended with exit code 1.',
      'Pending, unschedulable',
      'No node fits: 0/1 nodes are available: 1 Insufficient cpu.',
    );
  });

  it('shows the usage if the cluster has metrics, which have no uid', async () => {
    kube.put(NODES, node('node-1', true), node('node-2', true));
    const metrics = (name: string, cpu: string) => ({ metadata: { name, uid: '' }, usage: { cpu, memory: '1Gi' } });
    kube.put(METRICS, metrics('node-1', '1'), metrics('node-2', '2'));
    open();
    await within(await card('Capacity')).findByText('CPU in use');
    expectWords(await card('Capacity'), '3 of 8', '2 GiB of 16 GiB');
    expectWords(await card('Nodes'), '1 of 4 CPU', '2 of 4 CPU');
  });

  it('groups the warnings of the last hour, and shows a rollout', async () => {
    const now = new Date().toISOString();
    const warning = (name: string, lastTimestamp: string) => ({
      metadata: { name, namespace: 'shop' },
      type: 'Warning',
      reason: 'BackOff',
      message: `Back-off of ${name}`,
      count: 3,
      lastTimestamp,
      involvedObject: { kind: 'Pod', namespace: 'shop', name },
    });
    kube.put(EVENTS, warning('web-0', now), warning('web-9', '2020-01-01T00:00:00Z'));
    open();
    const warnings = await card('Warnings of the last hour');
    await within(warnings).findByText('Back-off of web-0');
    expectWords(warnings, 'BackOff', '×3', 'Pod shop/web-0');
    // Recent changes come from events too, and may be asked for first.
    const asked = kube.asked.filter(({ pathname }) => pathname.endsWith(EVENTS));
    expect(asked.map(({ searchParams }) => searchParams.get('fieldSelector'))).toContain('type=Warning');
    kube.put(SETS, {
      image: 'web:7',
      metadata: {
        name: 'web-abc',
        namespace: 'shop',
        creationTimestamp: now,
        ownerReferences: [{ kind: 'Deployment', name: 'web' }],
        annotations: { 'deployment.kubernetes.io/revision': '7' },
      },
    });
    await waitFor(async () => expectWords(await card('Recent changes'), 'web', 'rolled out revision 7'));
    // A kind that the person may not list is named; one that cannot be loaded now is not.
    expect((await card('Recent changes')).textContent).not.toContain('Without changes');
  });

  it('says for each part what is forbidden and what is missing', async () => {
    const message = 'pods is forbidden: User "postern:ada@example.com" cannot list resource "pods"';
    kube.refuse(PODS, 403, 'Forbidden', message);
    open();
    const pods = within(await card('Pods'));
    await pods.findByText('You are not allowed to list pods in the whole cluster.');
    pods.getByText(message);
    await screen.findByText('Healthy: 1 of 1 nodes ready');
    await screen.findByText(/this cluster provides no metrics to you/);
    expect(kube.count(METRICS).lists).toBe(1);
  });

  it('keeps its data while the agent is offline, says how old it is, and recovers automatically', async () => {
    open();
    await screen.findByText('Healthy: 1 of 1 nodes ready, 2 pods running');
    await screen.findByText('Live');
    for (const path of [PODS, NODES, EVENTS, SETS]) {
      kube.refuse(path, 503, 'ServiceUnavailable', 'The agent is offline.');
    }
    kube.breakWatches();
    gateway.live.emit('cluster:changed', { ...shop, status: 'offline' });
    await screen.findByText(/^Stale since .*: The agent of shop-\d+ is offline\. Retrying\.$/);
    expectWords(await card('Pods'), 'Running 2');

    for (const path of [PODS, NODES, EVENTS, SETS]) kube.allow(path);
    kube.put(PODS, pod('web-2'));
    gateway.live.emit('cluster:changed', shop);
    await screen.findByText('Live', undefined, { timeout: 20_000 });
    await screen.findByText('Healthy: 1 of 1 nodes ready, 3 pods running');
    expect(kube.count(PODS).lists).toBe(1);
  });

  it('shows nothing about an offline cluster, and retries at once when it is back', async () => {
    shop = { ...shop, status: 'offline' };
    // An error after which lists are otherwise retried only after a minute.
    for (const path of [PODS, NODES]) kube.refuse(path, 404, 'NotFound', 'Not there.');
    open();
    await within(await card('Pods')).findByText('Unknown: the cluster is offline.');
    await waitFor(() => expect(kube.count(PODS).lists).toBe(1));
    for (const path of [PODS, NODES]) kube.allow(path);
    gateway.live.emit('cluster:changed', { ...shop, status: 'online' });
    await screen.findByText('Healthy: 1 of 1 nodes ready, 2 pods running');
  });
});
