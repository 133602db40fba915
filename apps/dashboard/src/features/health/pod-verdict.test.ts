import { describe, expect, it } from 'vitest';
import { judgePod } from './pod-verdict.ts';
import { ago, condition, crashing, ended, NOW, pod, running, unschedulable, waiting } from './test/pods.ts';
import type { Verdict } from './verdict.ts';

const notReady = (since: number) => [condition('PodScheduled', 'True', 2880), condition('Ready', 'False', since)];
const restarted = (restarts: number, minutes: number, exitCode = 1, more: object = {}) =>
  running(minutes, { restartCount: restarts, lastState: ended(minutes, exitCode, more) });
const judge = (object: unknown) => judgePod(object, NOW);

describe('judgePod', () => {
  it.each<[string, unknown, Verdict['tone'], string]>([
    ['healthy', pod(), 'ok', 'Running'],
    ['finished', pod({ phase: 'Succeeded', statuses: [running(0, { state: ended(5, 0) })] }), 'idle', 'Completed'],
    ['in CrashLoopBackOff', crashing(), 'bad', 'CrashLoopBackOff'],
    ['at 28 restarts, running right now', pod({ statuses: [restarted(28, 2)] }), 'bad', 'Running, restarting'],
    ['at 28 restarts, the last 40 minutes ago', pod({ statuses: [restarted(28, 40)] }), 'warn', 'Running, restarted'],
    ['restarted once, just now', pod({ statuses: [restarted(1, 3)] }), 'warn', 'Running, restarted'],
    ['restarted once, an hour ago', pod({ statuses: [restarted(1, 60)] }), 'ok', 'Running'],
    ['restarted twice a month ago', pod({ age: 50_000, statuses: [restarted(2, 43_000)] }), 'ok', 'Running'],
    ['restarted every three hours for two days', pod({ statuses: [restarted(16, 100)] }), 'warn', 'Running, restarted'],
    ['restarted weekly for a year', pod({ age: 525_600, statuses: [restarted(52, 3000)] }), 'ok', 'Running'],
    ['unschedulable for 3 s', unschedulable(0.05), 'warn', 'Pending, unschedulable'],
    ['unschedulable for 41 min', unschedulable(41), 'bad', 'Pending, unschedulable'],
    [
      'held back by a scheduling gate',
      {
        ...unschedulable(41),
        status: {
          phase: 'Pending',
          conditions: [condition('PodScheduled', 'False', 41, { reason: 'SchedulingGated' })],
        },
      },
      'info',
      'SchedulingGated',
    ],
    [
      'being created for 30 s',
      pod({
        age: 0.5,
        phase: 'Pending',
        statuses: [running(0, { ready: false, state: waiting('ContainerCreating') })],
      }),
      'info',
      'ContainerCreating',
    ],
    [
      'being created for 4 min',
      pod({ age: 4, phase: 'Pending', statuses: [running(0, { ready: false, state: waiting('ContainerCreating') })] }),
      'warn',
      'ContainerCreating',
    ],
    [
      'being created for an hour',
      pod({ age: 60, phase: 'Pending', statuses: [running(0, { ready: false, state: waiting('ContainerCreating') })] }),
      'bad',
      'ContainerCreating',
    ],
    [
      'with a long init container',
      pod({
        age: 60,
        phase: 'Pending',
        init: [{ name: 'migrate' }, { name: 'seed' }],
        initStatuses: [
          { name: 'migrate', state: ended(50, 0) },
          { name: 'seed', state: { running: { startedAt: ago(50) } } },
        ],
        statuses: [running(0, { ready: false, state: waiting('PodInitializing') })],
      }),
      'warn',
      'Init:1/2',
    ],
    [
      'with a failing init container',
      pod({
        phase: 'Pending',
        init: [{ name: 'migrate' }],
        initStatuses: [
          { name: 'migrate', restartCount: 4, state: waiting('CrashLoopBackOff'), lastState: ended(1, 2) },
        ],
        statuses: [running(0, { ready: false, state: waiting('PodInitializing') })],
      }),
      'bad',
      'Init:CrashLoopBackOff',
    ],
    [
      'with a running sidecar',
      pod({
        init: [{ name: 'proxy', restartPolicy: 'Always' }],
        initStatuses: [
          { name: 'proxy', started: true, ready: true, restartCount: 0, state: { running: { startedAt: ago(2880) } } },
        ],
      }),
      'ok',
      'Running',
    ],
    [
      'with a sidecar in a loop',
      pod({
        init: [{ name: 'proxy', restartPolicy: 'Always' }],
        initStatuses: [{ ...restarted(9, 3), name: 'proxy' }],
      }),
      'bad',
      'Running, restarting',
    ],
    [
      'without its image',
      pod({
        age: 9,
        phase: 'Pending',
        statuses: [running(0, { ready: false, state: waiting('ImagePullBackOff', 'Back-off pulling image "x"') })],
      }),
      'bad',
      'ImagePullBackOff',
    ],
    ['just ended with an error', pod({ statuses: [running(0, { ready: false, state: ended(0, 1) })] }), 'bad', 'Error'],
    [
      'killed for memory',
      pod({ statuses: [running(0, { ready: false, state: ended(0, 137, { reason: 'OOMKilled' }) })] }),
      'bad',
      'OOMKilled',
    ],
    [
      'not ready, just started',
      pod({ age: 1, conditions: notReady(1), statuses: [running(1, { ready: false })] }),
      'info',
      'Running, not ready',
    ],
    [
      'not ready for five minutes',
      pod({ age: 5, conditions: notReady(5), statuses: [running(5, { ready: false })] }),
      'warn',
      'Running, not ready',
    ],
    [
      'not ready for two days',
      pod({ conditions: notReady(2880), statuses: [running(2880, { ready: false })] }),
      'bad',
      'Running, not ready',
    ],
    [
      'ready again since a minute',
      pod({ conditions: [condition('Ready', 'True', 1)], statuses: [running(600)] }),
      'warn',
      'Running, was not ready',
    ],
    [
      'ready since long ago',
      pod({ conditions: [condition('Ready', 'True', 400)], statuses: [running(600)] }),
      'ok',
      'Running',
    ],
    [
      'evicted',
      pod({ phase: 'Failed', reason: 'Evicted', message: 'The node was low on resource: memory.', statuses: [] }),
      'bad',
      'Evicted',
    ],
    ['being deleted', pod({ metadata: { deletionTimestamp: ago(-0.5) } }), 'info', 'Terminating'],
    [
      'deleted an hour ago',
      pod({ metadata: { deletionTimestamp: ago(60), finalizers: ['example.com/hold'] } }),
      'bad',
      'Terminating',
    ],
    ['on a lost node', pod({ phase: 'Unknown', statuses: [] }), 'bad', 'Unknown'],
    ['with nothing in it', {}, 'bad', 'Unknown'],
    ['null', null, 'bad', 'Unknown'],
  ])('%s', (_, object, tone, word) => expect(judge(object)).toMatchObject({ tone, word }));

  it.each([
    [
      'the past of a crash loop',
      crashing(),
      'It has restarted 28 times, last 2 minutes ago: container web ended with exit code 1.',
    ],
    [
      'how its container ended, and how often',
      pod({ statuses: [restarted(28, 2)] }),
      'It has restarted 28 times, last 2 minutes ago: container web ended with exit code 1.',
    ],
    [
      'the limit that was exceeded',
      pod({ statuses: [restarted(4, 2, 137, { reason: 'OOMKilled' })] }),
      'It has restarted 4 times, last 2 minutes ago: container web was killed for using more memory than its limit of 256Mi (exit code 137).',
    ],
    [
      'the signal',
      pod({ statuses: [restarted(4, 2, 143)] }),
      'It has restarted 4 times, last 2 minutes ago: container web ended with exit code 143 (SIGTERM, asked to stop).',
    ],
    [
      'the rate',
      pod({ statuses: [restarted(16, 100)] }),
      'It has restarted 16 times, last 1 hour ago: container web ended with exit code 1. That is about every 3 hours.',
    ],
    [
      'what holds a deleted pod',
      pod({ metadata: { deletionTimestamp: ago(60), finalizers: ['example.com/hold'] } }),
      'It should have ended 1 hour ago. It waits for example.com/hold.',
    ],
    [
      'a readiness gate',
      pod({
        conditions: notReady(30),
        spec: { readinessGates: [{ conditionType: 'example.com/lb' }] },
        statuses: [running(30)],
      }),
      'It waits for its readiness gate example.com/lb, 30 minutes after it started: it gets no traffic.',
    ],
  ])('names %s', (_, object, because) => expect(judge(object).because).toBe(because));

  it('quotes the scheduler', () =>
    expect(judge(unschedulable(41)).because).toMatch(/^No node fits: 0\/3 nodes are available/));
  it('says nothing about a healthy pod', () => expect(judge(pod()).because).toBeUndefined());
});
