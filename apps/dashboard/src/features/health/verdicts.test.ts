import { describe, expect, it } from 'vitest';
import type { Column, Row } from '#features/kube/table-rows.ts';
import { backOffOf, nextTry } from './back-off.ts';
import { judge } from './judge.ts';
import { rowJudge } from './row-verdict.ts';
import { judgeEndpoints } from './service-verdict.ts';
import { ago, condition, NOW, pod, unschedulable } from './test/pods.ts';
import type { Verdict } from './verdict.ts';

const by = (resource: string, group: string) => (object: unknown) => judge({ resource, group }, object, NOW);
const metadata = { creationTimestamp: ago(600) };

describe('nodes', () => {
  const node = (conditions: object[], spec = {}) => by('nodes', '')({ metadata, spec, status: { conditions } });
  const ready = condition('Ready', 'True', 600);
  it.each([
    ['ready', node([ready]), 'ok', 'Ready'],
    ['cordoned', node([ready], { unschedulable: true }), 'warn', 'Ready, cordoned'],
    ['under pressure', node([ready, condition('DiskPressure', 'True', 5)]), 'warn', 'Ready, DiskPressure'],
    ['not ready', node([condition('Ready', 'False', 5, { message: 'container runtime is down' })]), 'bad', 'Not ready'],
    ['silent', node([condition('Ready', 'Unknown', 5)]), 'bad', 'Not heard from'],
    ['without conditions', node([]), 'bad', 'Not ready'],
  ])('%s', (_, verdict, tone, word) => expect(verdict).toMatchObject({ tone, word }));
  it('quotes the kubelet', () =>
    expect(node([condition('Ready', 'False', 5, { message: 'container runtime is down' })])?.because).toBe(
      'It has not been ready for 5 minutes. container runtime is down',
    ));
});

describe('workloads', () => {
  const deployment = (status: object, spec: object = {}, created = metadata) =>
    by('deployments', 'apps')({ metadata: created, spec: { replicas: 3, ...spec }, status });
  const stuck = 'ReplicaSet "web-1" has timed out progressing.';
  it.each([
    ['ready', deployment({ readyReplicas: 3, updatedReplicas: 3 }), 'ok', 'Ready'],
    ['scaled to zero', deployment({}, { replicas: 0 }), 'idle', 'Scaled to zero'],
    ['without a ready pod', deployment({ updatedReplicas: 3 }), 'bad', 'None ready'],
    ['just created', deployment({ updatedReplicas: 3 }, {}, { creationTimestamp: ago(0.2) }), 'info', 'Starting'],
    ['short of one', deployment({ readyReplicas: 2, updatedReplicas: 3 }), 'warn', 'Partly ready'],
    ['rolling out', deployment({ readyReplicas: 3, updatedReplicas: 1 }), 'info', 'Rolling out'],
    [
      'paused in a rollout',
      deployment({ readyReplicas: 3, updatedReplicas: 1 }, { paused: true }),
      'warn',
      'Rollout paused',
    ],
    [
      'past its progress deadline',
      deployment({
        readyReplicas: 3,
        updatedReplicas: 1,
        conditions: [condition('Progressing', 'False', 9, { reason: 'ProgressDeadlineExceeded', message: stuck })],
      }),
      'bad',
      'Rollout stuck',
    ],
    [
      'stopped by a quota',
      deployment({
        readyReplicas: 1,
        conditions: [
          condition('ReplicaFailure', 'True', 9, { reason: 'FailedCreate', message: 'exceeded quota: small' }),
        ],
      }),
      'bad',
      'Cannot create pods',
    ],
    [
      'a daemon set on no node',
      by('daemonsets', 'apps')({ metadata, status: { desiredNumberScheduled: 0 } }),
      'idle',
      'On no node',
    ],
    [
      'a daemon set short of one',
      by(
        'daemonsets',
        'apps',
      )({ metadata, status: { desiredNumberScheduled: 3, numberReady: 2, updatedNumberScheduled: 3 } }),
      'warn',
      'Partly ready',
    ],
  ])('%s', (_, verdict, tone, word) => expect(verdict).toMatchObject({ tone, word }));
});

describe('jobs and claims', () => {
  const job = by('jobs', 'batch');
  it.each([
    [
      'failed',
      job({
        status: {
          conditions: [
            condition('Failed', 'True', 5, {
              reason: 'BackoffLimitExceeded',
              message: 'Job has reached the specified backoff limit',
            }),
          ],
        },
      }),
      'bad',
      'Failed',
    ],
    ['complete', job({ status: { conditions: [condition('Complete', 'True', 5)] } }), 'idle', 'Complete'],
    ['suspended', job({ spec: { suspend: true } }), 'idle', 'Suspended'],
    ['retrying', job({ spec: { backoffLimit: 3 }, status: { failed: 2, active: 1 } }), 'warn', 'Running, retrying'],
    ['running', job({ status: { active: 1 } }), 'info', 'Running'],
    ['a schedule', by('cronjobs', 'batch')({ spec: {} }), 'ok', 'Scheduled'],
    ['a schedule that is suspended', by('cronjobs', 'batch')({ spec: { suspend: true } }), 'idle', 'Suspended'],
    [
      'a schedule whose last run failed',
      by('cronjobs', 'batch')({ spec: {}, status: { lastScheduleTime: ago(5), lastSuccessfulTime: ago(65) } }),
      'warn',
      'Last run failed',
    ],
    ['a bound claim', by('persistentvolumeclaims', '')({ metadata, status: { phase: 'Bound' } }), 'ok', 'Bound'],
    [
      'a pending claim',
      by('persistentvolumeclaims', '')({ metadata, status: { phase: 'Pending' } }),
      'warn',
      'Pending',
    ],
    ['a lost claim', by('persistentvolumeclaims', '')({ metadata, status: { phase: 'Lost' } }), 'bad', 'Lost'],
  ])('%s', (_, verdict, tone, word) => expect(verdict).toMatchObject({ tone, word }));
});

describe('services', () => {
  const slice = (...ready: (boolean | undefined)[]) => ({
    endpoints: ready.map((one) => ({ addresses: ['10.0.0.1'], conditions: one === undefined ? {} : { ready: one } })),
  });
  it.each([
    [[], 'No running pod matches its selector: connections to it fail.'],
    [[{ endpoints: null }], 'No running pod matches its selector: connections to it fail.'],
    [[slice(false)], 'It selects 1 pod, of which none is ready: connections to it fail.'],
    [[slice(false), slice(false)], 'It selects 2 pods, of which none is ready: connections to it fail.'],
    [[slice(false), slice(true)], undefined],
    [[slice(undefined)], undefined],
  ])('%#', (slices, because) => expect(judgeEndpoints(slices)?.because).toBe(because));
});

describe('rows', () => {
  const judged = (
    resource: string,
    group: string,
    names: string,
    cells: Row['cells'],
    over: Partial<Row> = {},
  ): Verdict | undefined => {
    const columns = names.split(' ').map((name): Column => ({ name, meaning: 'plain', priority: 0, description: '' }));
    const row: Row = {
      key: 'k',
      name: 'web',
      namespace: 'shop',
      created: NOW - 600 * 60_000,
      deleting: false,
      controller: '',
      labels: {},
      resourceVersion: '1',
      cells,
      at: NOW,
      changedAt: 0,
      ...over,
    };
    return rowJudge({ resource, group }, columns)?.(row, NOW);
  };
  const PODS = 'Name Ready Status Restarts Age IP Node';
  const podRow = (cells: Row['cells'], over: Partial<Row> = {}) => judged('pods', '', PODS, ['web', ...cells], over);
  it.each([
    ['healthy', podRow(['1/1', 'Running', '0', '10h', '10.0.0.1', 'node-1']), 'ok', 'Running'],
    [
      'restarting, running right now',
      podRow(['1/1', 'Running', '28 (2m ago)', '10h', '10.0.0.1', 'node-1']),
      'bad',
      'Running, restarting',
    ],
    ['restarted once long ago', podRow(['1/1', 'Running', '1 (5h ago)', '10h', '10.0.0.1', 'node-1']), 'ok', 'Running'],
    ['restarted by an old server', podRow(['1/1', 'Running', 28, '10h', '10.0.0.1', 'node-1']), 'ok', 'Running'],
    ['on no node', podRow(['0/1', 'Pending', '0', '10h', '<none>', '<none>']), 'bad', 'Pending, unschedulable'],
    ['not ready', podRow(['1/2', 'Running', '0', '10h', '10.0.0.1', 'node-1']), 'bad', 'Running, not ready'],
    [
      'crashing',
      podRow(['0/1', 'CrashLoopBackOff', '4 (1m ago)', '10h', '10.0.0.1', 'node-1']),
      'bad',
      'CrashLoopBackOff',
    ],
    [
      'gone for long',
      podRow(['1/1', 'Terminating', '0', '10h', '10.0.0.1', 'node-1'], { deleting: true, due: NOW - 600_000 }),
      'bad',
      'Terminating',
    ],
    [
      'gone, by an unreadable date',
      podRow(['1/1', 'Terminating', '0', '10h', '10.0.0.1', 'node-1'], { deleting: true, due: Number.NaN }),
      'info',
      'Terminating',
    ],
    [
      'a deployment',
      judged('deployments', 'apps', 'Name Ready Up-to-date Available Age', ['web', '2/3', 3, 2, '10h']),
      'warn',
      'Partly ready',
    ],
    ['a stateful set', judged('statefulsets', 'apps', 'Name Ready Age', ['web', '0/2', '10h']), 'bad', 'None ready'],
    [
      'a daemon set',
      judged('daemonsets', 'apps', 'Name Desired Current Ready Up-to-date Available', ['web', 3, 3, 3, 1, 3]),
      'info',
      'Rolling out',
    ],
    [
      'an old replica set',
      judged('replicasets', 'apps', 'Name Desired Current Ready', ['web', 0, 0, 0]),
      'idle',
      'Scaled to zero',
    ],
    [
      'a cordoned node',
      judged('nodes', '', 'Name Status', ['n', 'Ready,SchedulingDisabled']),
      'warn',
      'Ready, cordoned',
    ],
    ['a broken node', judged('nodes', '', 'Name Status', ['n', 'NotReady']), 'bad', 'Not ready'],
    ['a failed job', judged('jobs', 'batch', 'Name Status Completions', ['j', 'Failed', '0/1']), 'bad', 'Failed'],
    ['a job of an old server', judged('jobs', 'batch', 'Name Completions', ['j', '1/1']), 'idle', 'Complete'],
    ['a suspended schedule', judged('cronjobs', 'batch', 'Name Suspend', ['c', true]), 'idle', 'Suspended'],
    ['a pending claim', judged('persistentvolumeclaims', '', 'Name Status', ['c', 'Pending']), 'warn', 'Pending'],
  ])('%s', (_, verdict, tone, word) => expect(verdict).toMatchObject({ tone, word }));
  it('does not judge what has no rules, or another table than expected', () => {
    expect(judged('services', '', 'Name Type', ['s', 'ClusterIP'])).toBeUndefined();
    expect(judged('pods', '', 'Name', ['p'])).toBeUndefined();
    expect(judged('daemonsets', 'apps', 'Name', ['p'])).toBeUndefined();
  });
  it('agrees with the verdict on the object', () => {
    const row = podRow(['0/1', 'Pending', '0', '10h', '<none>', '<none>']);
    expect(by('pods', '')(unschedulable(600))).toMatchObject({ tone: row?.tone, word: row?.word });
    const fine = podRow(['1/1', 'Running', '0', '2d', '10.0.0.1', 'node-1']);
    expect(by('pods', '')(pod())).toEqual(fine);
  });
});

describe('back-off', () => {
  const run = (restarts: number, minutes = 0.5) => ({ restarts, startedAt: NOW - minutes * 60_000, finishedAt: NOW });
  it.each([
    [0, 0],
    [1, 10],
    [2, 20],
    [5, 160],
    [6, 300],
    [60, 300],
  ])('after %i restarts it is %i s', (restarts, seconds) => expect(backOffOf(run(restarts))).toBe(seconds * 1000));
  it('starts over after ten minutes of running', () => expect(backOffOf(run(60, 11))).toBe(10_000));
  it('takes the delay that the kubelet names', () => {
    const waiting = { message: 'back-off 1m20s restarting failed container=web pod=web_shop(u1)' };
    expect(nextTry(waiting, run(60))).toBe(NOW + 80_000);
    expect(nextTry({}, run(2))).toBe(NOW + 20_000);
    expect(nextTry({}, { restarts: 2, startedAt: undefined, finishedAt: undefined })).toBeUndefined();
  });
});
