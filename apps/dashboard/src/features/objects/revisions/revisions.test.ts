import { describe, expect, it } from 'vitest';
import { imagesOf, revisionsOf } from './revision-list.ts';
import { rollbackPatch, whyNoRollback } from './rollback-patch.ts';
import { rolloutStatus } from './rollout-status.ts';

// Objects of a real cluster (1.33.4) and the patches that `kubectl rollout undo -v=9` (1.33.1) sent to it, shortened only in
// the text of the annotation last-applied-configuration.
const APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';
const podSpec = (name: string, version: number) => ({
  containers: [
    {
      image: `nowhere.invalid/${name}:${version}`,
      imagePullPolicy: 'Never',
      name,
      resources: {},
      terminationMessagePath: '/dev/termination-log',
      terminationMessagePolicy: 'File',
    },
  ],
  dnsPolicy: 'ClusterFirst',
  restartPolicy: 'Always',
  schedulerName: 'default-scheduler',
  securityContext: {},
  terminationGracePeriodSeconds: 30,
});
const owner = (uid: string) => [{ apiVersion: 'apps/v1', blockOwnerDeletion: true, controller: true, uid }];

const webTemplate = (version: number, labels: object) => ({
  metadata: { annotations: { note: 'one' }, creationTimestamp: null, labels: { app: 'web', ...labels } },
  spec: podSpec('web', version),
});
const deployment = {
  metadata: {
    name: 'web',
    uid: 'd6b2882e',
    annotations: {
      'deployment.kubernetes.io/revision': '2',
      [APPLIED]: '{"spec":{}}',
      'kubernetes.io/change-cause': 'second',
      team: 'b',
    },
  },
  spec: { replicas: 1, template: webTemplate(2, {}) },
};
const replicaSet = (version: number, more: { hash: string; cause: string; team: string }) => ({
  metadata: {
    name: `web-${more.hash}`,
    creationTimestamp: `2026-11-22T19:01:1${version}Z`,
    annotations: {
      'deployment.kubernetes.io/desired-replicas': '1',
      'deployment.kubernetes.io/max-replicas': '2',
      'deployment.kubernetes.io/revision': String(version),
      'kubernetes.io/change-cause': more.cause,
      team: more.team,
    },
    ownerReferences: owner('d6b2882e'),
  },
  spec: { replicas: 1, template: webTemplate(version, { 'pod-template-hash': more.hash }) },
});
const replicaSets = [
  replicaSet(1, { hash: '59b4bdcccb', cause: 'first', team: 'a' }),
  replicaSet(2, { hash: 'f7745f7fc', cause: 'second', team: 'b' }),
];

const dbTemplate = (version: number) => ({
  metadata: { creationTimestamp: null, labels: { app: 'db' } },
  spec: podSpec('db', version),
});
const statefulSet = { metadata: { name: 'db', uid: '5ba32b78' }, spec: { template: dbTemplate(2) } };
const controllerRevision = (revision: number, uid = '5ba32b78') => ({
  data: { spec: { template: { $patch: 'replace', ...dbTemplate(revision) } } },
  metadata: { name: `db-${revision}`, creationTimestamp: '2026-11-22T19:01:18Z', ownerReferences: owner(uid) },
  revision,
});

describe('the revisions', () => {
  it('of a deployment are its replica sets, the newest first', () => {
    const stranger = { ...replicaSets[0], metadata: { ...replicaSets[0]?.metadata, ownerReferences: owner('other') } };
    const revisions = revisionsOf(deployment, [stranger, ...replicaSets]);
    expect(revisions.map(({ number, cause, current }) => ({ number, cause, current }))).toEqual([
      { number: 2, cause: 'second', current: true },
      { number: 1, cause: 'first', current: false },
    ]);
    expect(imagesOf(revisions[1]?.template ?? {})).toEqual(['nowhere.invalid/web:1']);
    expect(revisions[1]?.template).toEqual(webTemplate(1, {}));
  });

  it('of a stateful set are its controller revisions', () => {
    const revisions = revisionsOf(statefulSet, [
      controllerRevision(1),
      controllerRevision(3, 'x'),
      controllerRevision(2),
    ]);
    expect(revisions.map(({ number, name, current }) => [number, name, current])).toEqual([
      [2, 'db-2', true],
      [1, 'db-1', false],
    ]);
    expect(revisions[1]?.template).toEqual(dbTemplate(1));
  });

  it('are none for objects that make no sense', () => {
    expect(revisionsOf({}, [{}, 'text', null, { metadata: { ownerReferences: owner('d6b2882e') } }])).toEqual([]);
  });
});

describe('the patch of a rollback', () => {
  it('is what kubectl sends for a deployment', () => {
    const [, first] = revisionsOf(deployment, replicaSets);
    if (first === undefined) throw new Error('no first revision');
    expect(rollbackPatch(deployment, first)).toEqual({
      contentType: 'application/json-patch+json',
      body: [
        { op: 'replace', path: '/spec/template', value: webTemplate(1, {}) },
        {
          op: 'replace',
          path: '/metadata/annotations',
          value: {
            'deployment.kubernetes.io/revision': '2',
            [APPLIED]: '{"spec":{}}',
            'kubernetes.io/change-cause': 'first',
            team: 'a',
          },
        },
      ],
    });
  });

  it('is what kubectl sends for a stateful set', () => {
    const [, first] = revisionsOf(statefulSet, [controllerRevision(1), controllerRevision(2)]);
    if (first === undefined) throw new Error('no first revision');
    expect(rollbackPatch(statefulSet, first)).toEqual({
      contentType: 'application/strategic-merge-patch+json',
      body: { spec: { template: { $patch: 'replace', ...dbTemplate(1) } } },
    });
  });

  it('is none while kubectl refuses it', () => {
    const [second, first] = revisionsOf(deployment, replicaSets);
    if (first === undefined || second === undefined) throw new Error('two revisions');
    expect(whyNoRollback(deployment, first)).toBeUndefined();
    expect(whyNoRollback(deployment, second)).toMatch(/this template already/);
    const paused = { ...deployment, spec: { ...deployment.spec, paused: true } };
    expect(whyNoRollback(paused, first)).toMatch(/paused/);
  });
});

describe('the status of a rollout', () => {
  const web = (status: object, spec: object = {}) => ({
    metadata: { generation: 2 },
    spec: { replicas: 3, ...spec },
    status: {
      observedGeneration: 2,
      replicas: 3,
      updatedReplicas: 3,
      availableReplicas: 3,
      readyReplicas: 3,
      ...status,
    },
  });
  const words = (kind: string, workload: object) => rolloutStatus(kind, workload).words;

  it('follows kubectl rollout status for a deployment', () => {
    expect(rolloutStatus('Deployment', web({}))).toEqual({
      state: 'done',
      words: 'Rolled out.',
      updated: 3,
      wanted: 3,
    });
    expect(words('Deployment', web({ observedGeneration: 1 }))).toMatch(/notice the change/);
    expect(words('Deployment', web({ updatedReplicas: 1 }))).toBe('1 of 3 pods are updated.');
    expect(words('Deployment', web({ replicas: 4 }))).toBe('1 old pod is still ending.');
    expect(words('Deployment', web({ availableReplicas: 2 }))).toBe('2 of 3 pods are ready.');
    expect(rolloutStatus('Deployment', web({}, { paused: true })).state).toBe('paused');
    const conditions = [{ type: 'Progressing', reason: 'ProgressDeadlineExceeded', message: 'took too long' }];
    expect(rolloutStatus('Deployment', web({ updatedReplicas: 1, conditions }))).toMatchObject({
      state: 'failed',
      words: 'The rollout makes no progress: took too long',
    });
  });

  it('follows it for stateful sets with a partition, and for daemon sets', () => {
    const rolling = { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 2 } } };
    expect(words('StatefulSet', web({ updatedReplicas: 0 }, rolling))).toBe('0 of 1 pods are updated.');
    expect(words('StatefulSet', web({ updatedReplicas: 1 }, rolling))).toBe('Rolled out to 1 of 3 pods (partition).');
    expect(rolloutStatus('StatefulSet', web({}, { updateStrategy: { type: 'OnDelete' } })).state).toBe('paused');
    const daemon = (status: object) => ({ status: { desiredNumberScheduled: 4, ...status } });
    expect(words('DaemonSet', daemon({ updatedNumberScheduled: 2, numberAvailable: 4 }))).toMatch(/^2 of 4/);
    expect(words('DaemonSet', daemon({ updatedNumberScheduled: 4, numberAvailable: 4 }))).toBe('Rolled out.');
  });
});
