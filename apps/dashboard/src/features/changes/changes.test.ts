import { describe, expect, it } from 'vitest';
import { knownKinds } from '#features/kube/known-kinds.ts';
import type { Column, Row } from '#features/kube/table-rows.ts';
import { newestFirst } from './change.ts';
import { configChanges } from './config-changes.ts';
import { imageChange, imagesOf } from './images.ts';
import { managerName } from './managers.ts';
import { joinScalings, scalingEvents, scalings } from './scalings.ts';
import { edits, rollouts } from './workload-changes.ts';

const DAY = 86_400_000;
const START = Date.parse('2026-01-01T00:00:00Z');
const at = (days: number) => new Date(START + days * DAY).toISOString();
const write = (manager: string, days: number, subresource?: string) => ({
  manager,
  operation: 'Update',
  time: at(days),
  ...(subresource !== undefined && { subresource }),
});
const table = (names: string, ...items: Row[]) => ({
  items,
  columns: names.split(' ').map((name): Column => ({ name, meaning: 'plain', priority: 0, description: '' })),
});
const row = (name: string, days: number, cells: Row['cells'], metadata: Record<string, unknown> = {}): Row => ({
  key: name,
  name,
  namespace: 'shop',
  created: START + days * DAY,
  deleting: false,
  controller: '',
  labels: {},
  resourceVersion: '1',
  cells: [name, ...cells],
  at: START,
  changedAt: 0,
  metadata,
});
const set = (name: string, days: number, revision: string, image: string, more: object = {}) =>
  row(name, days, ['app', image], {
    ownerReferences: [{ kind: 'Deployment', name: 'web' }],
    annotations: { 'deployment.kubernetes.io/revision': revision },
    ...more,
  });

describe('rollouts', () => {
  const SETS = 'Name Containers Images';
  it('say what changed in the images, and who did it if the last write was together with it', () => {
    const sets = table(
      SETS,
      set('web-1', 1, '1', 'a/web:1.0'),
      set('web-2', 2, '2', 'a/web:1.1'),
      set('web-3', 3, '3', 'a/web:1.1'),
    );
    const deployments = table(
      'Name Ready',
      row('web', 1, ['3/3'], { managedFields: [write('helm', 3), write('kube-controller-manager', 3, 'status')] }),
    );
    expect(newestFirst(rollouts(sets, deployments), 9).map(({ what, detail, by }) => [what, detail, by])).toEqual([
      ['rolled out revision 3', 'same images', 'helm'],
      ['rolled out revision 2', 'web:1.0 → 1.1', undefined],
      ['created', undefined, undefined],
    ]);
  });
  it('recognise a rollback, which reuses a replica set, by when it was last written', () => {
    const again = {
      annotations: { 'deployment.kubernetes.io/revision': '3', 'deployment.kubernetes.io/revision-history': '1' },
      managedFields: [write('kube-controller-manager', 5)],
    };
    const sets = table(SETS, set('web-1', 1, '3', 'a/web:1.0', again), set('web-2', 2, '2', 'a/web:1.1'));
    expect(newestFirst(rollouts(sets, undefined), 1)).toMatchObject([
      { what: 'rolled back, as revision 3', detail: 'web:1.1 → 1.0', at: START + 5 * DAY },
    ]);
  });
  it('include the cause that somebody noted, and leave out the sets of others', () => {
    const noted = {
      annotations: { 'deployment.kubernetes.io/revision': '1', 'kubernetes.io/change-cause': 'ticket 7' },
    };
    const orphan = row('x', 9, ['app', 'i'], { ownerReferences: [{ kind: 'Rollout', name: 'x' }] });
    expect(rollouts(table(SETS, set('web-1', 1, '1', 'i', noted), orphan), undefined)).toMatchObject([
      { detail: 'ticket 7' },
    ]);
  });
  it('tolerate rows without anything', () =>
    expect(rollouts(table('', row('x', Number.NaN, [])), undefined)).toEqual([]));
});

it('tells scalings, by whom, and how many pods are wanted', () => {
  const deployments = table(
    'Name Ready',
    row('web', 0, ['2/3'], { managedFields: [write('kubectl', 4, 'scale'), write('helm', 5)] }),
    row('api', 0, ['5/5'], { managedFields: [write('kube-controller-manager', 6, 'scale')] }),
    row('never', 0, ['1/1'], {}),
  );
  expect(scalings(deployments, knownKinds.deployments)).toMatchObject([
    { object: { resource: 'deployments.apps', name: 'web' }, what: 'scaled to 3', by: 'kubectl', at: START + 4 * DAY },
    { object: { name: 'api' }, what: 'scaled to 5', by: 'an autoscaler' },
  ]);
});

describe('scalings by event', () => {
  const event = (minutes: number, message: string, deployment = 'web') => ({
    reason: 'ScalingReplicaSet',
    message,
    lastTimestamp: new Date(START + minutes * 60_000).toISOString(),
    involvedObject: { kind: 'Deployment', namespace: 'shop', name: deployment },
  });
  it('have the numbers before and after, in both wordings', () => {
    const told = scalingEvents([
      event(0, 'Scaled up replica set web-1 from 1 to 3'),
      event(30, 'Scaled down replica set web-1 to 0 from 3'),
    ]);
    expect(told.map(({ what }) => what)).toEqual(['scaled from 1 to 3', 'scaled from 3 to 0']);
  });
  it('leave out rollouts, which scale several replica sets', () => {
    const rollout = [
      event(0, 'Scaled up replica set web-2 from 0 to 1'),
      event(0.1, 'Scaled down replica set web-1 from 3 to 2'),
      event(0.2, 'Scaled up replica set web-2 from 1 to 2'),
      event(0.1, 'Scaled up replica set api-1 from 1 to 2', 'api'),
      { ...event(9, 'Created pod: web-1'), reason: 'SuccessfulCreate' },
    ];
    expect(scalingEvents(rollout)).toMatchObject([{ object: { name: 'api' } }]);
  });
  it('are joined with who did it', () => {
    const events = scalingEvents([
      event(0, 'Scaled up replica set web-1 from 1 to 3'),
      event(9, 'Scaled up replica set web-1 from 3 to 4'),
    ]);
    const writes = scalings(
      table('Name Ready', row('web', 0, ['2/4'], { managedFields: [write('kubectl', 9 / 1440, 'scale')] })),
      knownKinds.deployments,
    );
    expect(joinScalings(writes, events).map(({ what, by }) => [what, by])).toEqual([
      ['scaled from 3 to 4', 'kubectl'],
      ['scaled from 1 to 3', undefined],
    ]);
  });
});

it('tells changes of workloads that have no replica sets', () => {
  const sets = table(
    'Name Ready',
    row('db', 0, ['1/1'], { managedFields: [write('kubectl-edit', 3), write('kube-controller-manager', 4, 'status')] }),
    row('new', 2, ['1/1'], { managedFields: [write('helm', 2)] }),
  );
  expect(edits(sets, knownKinds.statefulSets)).toMatchObject([
    { what: 'changed', by: 'kubectl edit', at: START + 3 * DAY },
    { what: 'created', by: 'helm' },
  ]);
});

it('tells changes of configuration, but not what controllers write for themselves', () => {
  const map = (name: string, more: object) => ({
    metadata: { name, namespace: 'shop', uid: name, creationTimestamp: at(0), ...more },
  });
  const maps = [
    map('settings', { managedFields: [write('kubectl-client-side-apply', 2)] }),
    map('untouched', {}),
    map('kube-root-ca.crt', {}),
    map('lock', { annotations: { 'control-plane.alpha.kubernetes.io/leader': '{}' } }),
  ];
  expect(configChanges(maps, knownKinds.configMaps)).toMatchObject([
    { object: { resource: 'configmaps', kind: 'ConfigMap', name: 'settings' }, what: 'changed', by: 'kubectl apply' },
    { object: { name: 'untouched' }, what: 'created' },
  ]);
});

describe('images', () => {
  const images = (containers: string, list: string) => imagesOf(containers, list);
  it.each([
    [images('a', 'x/web:1'), images('a', 'x/web:2'), 'web:1 → 2'],
    [images('a', 'x/web'), images('a', 'x/web@sha256:0123456789abcdef'), 'web:latest → 0123456789ab'],
    [images('a', 'localhost:5000/web'), images('a', 'ghcr.io/web:2'), 'web:latest → web:2'],
    [images('a', 'x:1'), images('a,b', 'x:1,y:2'), 'container b added with y:2'],
    [images('a,b', 'x:1,y:2'), images('a', 'x:1'), 'container b removed'],
    [images('a', 'x:1'), images('a', 'x:1'), undefined],
  ])('%#', (before, after, words) => expect(imageChange(before, after)).toBe(words));
});

it.each([
  ['kubectl-rollout', 'kubectl rollout'],
  ['argocd-controller', 'Argo CD'],
  ['postern-dashboard', 'Postern'],
  ['my-operator', 'my-operator'],
  ['', undefined],
])('names the manager %s', (manager, name) => expect(managerName(manager)).toBe(name));
