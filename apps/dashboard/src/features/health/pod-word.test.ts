import { describe, expect, it } from 'vitest';
import { podWord } from './pod-word.ts';

const ready = [{ type: 'Ready', status: 'True' }];

describe('podWord', () => {
  const running = { ready: true, state: { running: {} } };
  it.each([
    ['Running', { status: { phase: 'Running', conditions: ready, containerStatuses: [running] } }],
    [
      'CrashLoopBackOff',
      { status: { phase: 'Running', containerStatuses: [{ state: { waiting: { reason: 'CrashLoopBackOff' } } }] } },
    ],
    [
      'ContainerCreating',
      { status: { phase: 'Pending', containerStatuses: [{ state: { waiting: { reason: 'ContainerCreating' } } }] } },
    ],
    [
      'Completed',
      {
        status: {
          phase: 'Succeeded',
          containerStatuses: [{ state: { terminated: { reason: 'Completed', exitCode: 0 } } }],
        },
      },
    ],
    ['ExitCode:3', { status: { phase: 'Failed', containerStatuses: [{ state: { terminated: { exitCode: 3 } } }] } }],
    [
      'Signal:9',
      { status: { phase: 'Failed', containerStatuses: [{ state: { terminated: { signal: 9, exitCode: 137 } } }] } },
    ],
    ['Evicted', { status: { phase: 'Failed', reason: 'Evicted' } }],
    [
      'SchedulingGated',
      {
        status: {
          phase: 'Pending',
          conditions: [{ type: 'PodScheduled', status: 'False', reason: 'SchedulingGated' }],
        },
      },
    ],
    [
      'NotReady',
      {
        status: {
          phase: 'Running',
          conditions: [{ type: 'Ready', status: 'False' }],
          containerStatuses: [
            { state: { terminated: { reason: 'Completed', exitCode: 0 } } },
            { ...running, ready: true },
          ],
        },
      },
    ],
    ['Terminating', { metadata: { deletionTimestamp: 'x' }, status: { phase: 'Running' } }],
    [
      'Init:1/2',
      {
        spec: { initContainers: [{ name: 'a' }, { name: 'b' }] },
        status: {
          phase: 'Pending',
          initContainerStatuses: [
            { name: 'a', state: { terminated: { exitCode: 0 } } },
            { name: 'b', state: { running: {} } },
          ],
        },
      },
    ],
    [
      'Init:Error',
      {
        spec: { initContainers: [{ name: 'a' }] },
        status: {
          phase: 'Pending',
          initContainerStatuses: [{ name: 'a', state: { terminated: { exitCode: 1, reason: 'Error' } } }],
        },
      },
    ],
    [
      'Running',
      {
        spec: { initContainers: [{ name: 'sidecar', restartPolicy: 'Always' }] },
        status: {
          phase: 'Running',
          conditions: ready,
          initContainerStatuses: [{ name: 'sidecar', started: true, state: { running: {} } }],
          containerStatuses: [running],
        },
      },
    ],
    ['Unknown', {}],
    ['Unknown', null],
  ])('%s', (expected, pod) => expect(podWord(pod)).toBe(expected));
});
