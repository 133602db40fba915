// @vitest-environment jsdom
import { screen, waitFor, within } from '@testing-library/react';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { cluster, me } from '../../test/examples.ts';
import { expectWords } from '../../test/expect-words.ts';
import { renderPage } from '../../test/render-page.tsx';
import { TestCluster } from '../../test/test-cluster.ts';
import { TestGateway } from '../../test/test-gateway.ts';
import { ObjectPage } from './object-page.tsx';

const PODS = '/api/v1/namespaces/shop/pods';
const EVENTS = '/api/v1/namespaces/shop/events';
const DEPLOYMENTS = '/apis/apps/v1/namespaces/shop/deployments';
const SETS = '/apis/apps/v1/namespaces/shop/replicasets';
const MAPS = '/api/v1/namespaces/shop/configmaps';
const POD = 'web-6d4cf56db6-x7k2p';

const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();
const kind = (resource: string, name: string, namespaced = true) => ({
  resource,
  responseKind: { kind: name },
  scope: namespaced ? 'Namespaced' : 'Cluster',
  verbs: ['get', 'list', 'watch', 'delete', 'patch'],
});
const group = (name: string, ...resources: object[]) => ({
  metadata: name === '' ? {} : { name },
  versions: [{ version: 'v1', resources }],
});
const discovery = (...items: object[]) =>
  JSON.stringify({ kind: 'APIGroupDiscoveryList', apiVersion: 'apidiscovery.k8s.io/v2', items });

const labels = { app: 'web', 'pod-template-hash': '6d4cf56db6' };
const crashed = {
  exitCode: 137,
  reason: 'OOMKilled',
  startedAt: ago(1.5),
  finishedAt: ago(1),
};
const pod = (name: string, state: object, more: object = {}) => ({
  metadata: { name, namespace: 'shop', creationTimestamp: ago(600), labels },
  spec: {
    nodeName: 'node-1',
    containers: [{ name: 'web', image: 'web:1', resources: { limits: { memory: '64Mi' } } }],
  },
  status: {
    phase: 'Running',
    conditions: [{ type: 'Ready', status: 'False', lastTransitionTime: ago(1) }],
    containerStatuses: [{ name: 'web', ready: false, restartCount: 5, state, ...more }],
  },
});
const broken = (name: string) =>
  pod(
    name,
    { waiting: { reason: 'CrashLoopBackOff', message: `back-off 2m40s restarting failed container=web pod=${name}` } },
    { lastState: { terminated: crashed } },
  );

const gateway = new TestGateway();
let kube: TestCluster;
let path: string;
let page = 0;
beforeAll(() => gateway.start());
afterAll(() => gateway.stop());
beforeEach(() => {
  gateway.forget();
  // Unused lists are kept for a while, so each test has a cluster of its own.
  const shop = cluster({ name: `shop-${++page}` });
  path = `/acme/clusters/${shop.name}`;
  gateway.answer('getMe', () => me);
  gateway.answer('listClusters', () => ({ items: [shop] }));
  kube = new TestCluster(gateway);
  kube.write(
    '/api',
    discovery(
      group(
        '',
        kind('pods', 'Pod'),
        kind('events', 'Event'),
        kind('services', 'Service'),
        kind('nodes', 'Node', false),
        kind('configmaps', 'ConfigMap'),
      ),
    ),
  );
  kube.write('/apis', discovery(group('apps', kind('deployments', 'Deployment'), kind('replicasets', 'ReplicaSet'))));
  kube.print(PODS, ['Name', 'Ready', 'Status', 'Restarts', 'Age', 'IP', 'Node'], ({ metadata }) => [
    metadata.name,
    '1/1',
    'Running',
    0,
    '10h',
    '10.0.0.1',
    'node-1',
  ]);
  kube.put(EVENTS);
});

const open = (resource: string, name: string) =>
  renderPage(<ObjectPage />, { gateway, path: `${path}/r/${resource}/shop/${name}` });
const card = async (name: string) => {
  const heading = await screen.findByRole('heading', { name });
  const section = heading.closest('section');
  if (section === null) throw new Error(`${name} is in no card`);
  return section;
};

describe('the page of an object', { timeout: 60_000 }, () => {
  it('opens a broken pod with why, above its labels, with the last lines of its previous run', async () => {
    kube.put(PODS, broken(POD));
    const log = `${PODS}/${POD}/log`;
    kube.write(
      log,
      '2026-01-01T00:00:00Z starting\n2026-01-01T00:00:01Z \x1b[31mERROR\x1b[0m <b>heap</b> is full\x1b]52;c;eA==\x07\n',
    );
    const { user, address } = open('pods', POD);
    const why = await card('What is wrong');
    await within(why).findByText(
      'Container web was killed for using more memory than its limit of 64Mi (exit code 137)',
    );
    expectWords(
      why,
      'Restarts',
      '5',
      '137, SIGKILL, killed from outside',
      'OOMKilled',
      'It is tried again in about 1m',
    );
    const lines = await within(why).findByRole('region', { name: 'Last lines before it ended' });
    await within(lines).findByText('ERROR');
    // As text, without escapes.
    expect(lines.textContent).toBe('startingERROR <b>heap</b> is full');
    const asked = kube.asked.filter(({ pathname }) => pathname.endsWith(log));
    expect(asked).toHaveLength(1);
    expect(Object.fromEntries(asked[0]?.searchParams ?? [])).toMatchObject({
      container: 'web',
      previous: 'true',
      tailLines: '12',
    });
    const label = screen.getByRole('heading', { name: 'Labels' });
    expect(why.compareDocumentPosition(label)).toBe(Node.DOCUMENT_POSITION_FOLLOWING);
    await user.click(within(why).getByRole('button', { name: 'Its events' }));
    await waitFor(() => expect(address()).toContain('tab=events'));
  });

  it('says nothing of the kind about a pod that is well', async () => {
    const well = pod(POD, { running: { startedAt: ago(590) } }, { ready: true, restartCount: 0 });
    well.status.conditions = [{ type: 'Ready', status: 'True', lastTransitionTime: ago(589) }];
    kube.put(PODS, well);
    open('pods', POD);
    await screen.findByRole('heading', { name: 'Labels' });
    expect(screen.queryByRole('heading', { name: /^What (is wrong|to look at)$/ })).toBeNull();
    expect(kube.asked.some(({ pathname }) => pathname.endsWith('/log'))).toBe(false);
  });

  it('says of a workload which pods are broken and why, and what was changed in it and in its configuration', async () => {
    const deployment = {
      metadata: { name: 'web', namespace: 'shop', creationTimestamp: ago(9000) },
      spec: {
        replicas: 3,
        selector: { matchLabels: { app: 'web' } },
        template: {
          spec: { containers: [{ name: 'web', image: 'web:2', envFrom: [{ configMapRef: { name: 'settings' } }] }] },
        },
      },
      status: { readyReplicas: 1, updatedReplicas: 3 },
    };
    const set = (name: string, revision: string, image: string, minutes: number) => ({
      image,
      metadata: {
        name,
        namespace: 'shop',
        creationTimestamp: ago(minutes),
        labels: { app: 'web' },
        ownerReferences: [{ kind: 'Deployment', name: 'web' }],
        annotations: { 'deployment.kubernetes.io/revision': revision },
      },
    });
    kube.put(PODS, broken('web-a'), broken('web-b'), {
      ...broken('web-c'),
      status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: ago(599) }] },
    });
    kube.print(DEPLOYMENTS, ['Name', 'Ready'], ({ metadata }) => [metadata.name, '1/3']);
    kube.put(DEPLOYMENTS, deployment);
    kube.print(SETS, ['Name', 'Containers', 'Images'], ({ metadata, image }) => [metadata.name, 'web', image]);
    kube.put(SETS, set('web-1', '1', 'web:1', 9000), set('web-2', '2', 'web:2', 30));
    kube.put(
      MAPS,
      {
        metadata: {
          name: 'settings',
          namespace: 'shop',
          creationTimestamp: ago(9000),
          managedFields: [{ manager: 'kubectl-edit', operation: 'Update', time: ago(20) }],
        },
      },
      { metadata: { name: 'other', namespace: 'shop', creationTimestamp: ago(1) } },
    );
    open('deployments.apps', 'web');
    const why = await card('What to look at');
    await within(why).findByText('2 of 3 pods:');
    expectWords(why, '1 of 3 pods are ready.', 'more memory than its limit of 64Mi');
    expect(within(why).getByRole('link', { name: 'web-a' }).getAttribute('href')).toBe(`${path}/r/pods/shop/web-a`);
    const changes = await card('Recent changes');
    await within(changes).findByText(/rolled out revision 2/);
    await waitFor(() => expectWords(changes, 'web:1 → 2', 'settings changed', 'by kubectl edit'));
    expect(changes.textContent).not.toContain('other');
  });

  it('offers the newest pods of the workload of a pod that is gone, remembered or guessed', async () => {
    const heirs = ['web-6d4cf56db6-bbbbb', 'web-7f9c8d5b4c-zzzzz'].map((name) => broken(name));
    const stranger = {
      ...broken('web-admin-7f9c8d5b4c-zzzzz'),
      metadata: { ...broken('').metadata, name: 'web-admin-7f9c8d5b4c-zzzzz', labels: { app: 'web-admin' } },
    };
    kube.put(PODS, broken(POD), ...heirs, stranger);
    open('pods', POD);
    await screen.findByRole('heading', { name: 'Labels' });
    const later = broken(POD);
    later.status.containerStatuses = later.status.containerStatuses.map((one) => ({ ...one, restartCount: 6 }));
    kube.put(PODS, later);
    await screen.findByText('6 restarts', { exact: false });
    kube.remove(PODS, POD);
    await screen.findByText('Deleted. This is its last state');
    // The last state is the one that was last seen, not the one that was first loaded.
    screen.getByText('6 restarts', { exact: false });
    const newer = within(await screen.findByRole('region', { name: 'Newer pods' }));
    newer.getByText('The newest pods of the same workload');
    expect(newer.getAllByRole('link').map(({ textContent }) => textContent)).toEqual(
      expect.arrayContaining(['web-6d4cf56db6-bbbbb', 'web-7f9c8d5b4c-zzzzz']),
    );
    expect(newer.queryByText(/admin/)).toBeNull();
  });

  it('says so if nothing is behind a service', async () => {
    kube.put('/api/v1/namespaces/shop/services', {
      metadata: { name: 'web', namespace: 'shop' },
      spec: { type: 'ClusterIP', selector: { app: 'web' } },
    });
    kube.put('/apis/discovery.k8s.io/v1/namespaces/shop/endpointslices', {
      metadata: { name: 'web-1', namespace: 'shop', labels: { 'kubernetes.io/service-name': 'web' } },
      endpoints: [{ addresses: ['10.0.0.1'], conditions: { ready: false } }],
    });
    kube.put(PODS);
    open('services', 'web');
    await screen.findByText('It selects 1 pod, of which none is ready: connections to it fail.');
  });

  it('guesses the workload from the name if nothing else is known', async () => {
    kube.put(PODS, broken('web-7f9c8d5b4c-zzzzz'), broken('web-admin-7f9c8d5b4c-zzzzz'), broken('other'));
    open('pods', POD);
    await screen.findByRole('heading', { name: `There is no Pod ${POD}` });
    const newer = within(await screen.findByRole('region', { name: 'Newer pods' }));
    newer.getByText('The newest pod of what seems to be web');
    expect(newer.getAllByRole('link').map(({ textContent }) => textContent)).toEqual(['web-7f9c8d5b4c-zzzzz']);
  });
});
