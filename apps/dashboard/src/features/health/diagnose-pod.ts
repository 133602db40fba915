import { get, list, text } from '#features/kube/read.ts';
import { conditionOf } from './conditions.ts';
import { diagnoseContainer } from './diagnose-container.ts';
import { known, type Reason, type Step } from './diagnosis.ts';
import type { Happening } from './happenings.ts';
import { readMissingSource } from './missing-source.ts';
import { judgePod } from './pod-verdict.ts';
import { readSchedulingFailure } from './scheduling.ts';
import { isTrouble } from './verdict.ts';

/**
 * Why a pod is broken or unsteady, the most likely cause first; empty if it is neither. Never empty otherwise: if no cause is
 * found, the verdict itself is the reason.
 *
 * @param events those about the pod, latest first.
 * @param now milliseconds since 1970.
 */
export function diagnosePod(pod: unknown, events: readonly Happening[], now: number): Reason[] {
  const verdict = judgePod(pod, now);
  if (!isTrouble(verdict)) return [];
  const own = [schedulingReason(pod, events), endedReason(pod), stuckReason(pod), volumeReason(pod, events)];
  const containers = get(pod, 'metadata', 'deletionTimestamp') === undefined ? containerReasons(pod, events, now) : [];
  const reasons = [...own.filter((one) => one !== undefined), ...containers];
  if (reasons.length > 0) return reasons;
  const fallback: Step[] = [{ do: 'events' }, ...nodeStep(pod), { do: 'yaml' }];
  return [{ key: 'state', title: verdict.word, detail: verdict.because, facts: [], steps: fallback }];
}

function containerReasons(pod: unknown, events: readonly Happening[], now: number): Reason[] {
  const fields = [
    ['initContainers', 'initContainerStatuses'],
    ['containers', 'containerStatuses'],
  ] as const;
  return fields.flatMap(([specs, statuses]) =>
    list(pod, 'status', statuses).flatMap((status) => {
      const spec = list(pod, 'spec', specs).find((one) => text(one, 'name') === text(status, 'name'));
      return diagnoseContainer({ pod, spec, status, events, now }) ?? [];
    }),
  );
}

function schedulingReason(pod: unknown, events: readonly Happening[]): Reason | undefined {
  if (text(pod, 'spec', 'nodeName') !== undefined) return undefined;
  const condition = conditionOf(pod, 'PodScheduled');
  const message = condition?.message || events.find(({ reason }) => reason === 'FailedScheduling')?.message;
  if (message === undefined) return undefined;
  const failure = readSchedulingFailure(message);
  const missing = readMissingSource(message);
  return {
    key: 'scheduling',
    title:
      missing !== undefined
        ? `It needs volume claim ${missing.name}, which does not exist`
        : failure === undefined
          ? 'No node has been found for it'
          : `None of the ${failure.nodes} nodes fits`,
    detail: message,
    facts: (failure?.groups ?? []).map(({ count, problem }) => ({
      label: count === 1 ? '1 node' : `${count} nodes`,
      value: problem,
    })),
    steps: [
      missing === undefined
        ? { do: 'list', apiVersion: 'v1', kind: 'Node' }
        : { do: 'list', apiVersion: 'v1', kind: missing.kind },
      { do: 'events' },
      { do: 'yaml' },
    ],
  };
}

/** The pod as a whole was ended: evicted, preempted, or shut down with its node. */
function endedReason(pod: unknown): Reason | undefined {
  const reason = text(pod, 'status', 'reason');
  if (text(pod, 'status', 'phase') !== 'Failed' || reason === undefined) return undefined;
  const titles: Record<string, string> = {
    Evicted: 'It was evicted from its node',
    Preempting: 'It was removed to make room for a pod of higher priority',
    NodeLost: 'Its node was lost',
    Terminated: 'It ended because its node was shut down',
    NodeShutdown: 'It ended because its node was shut down',
    DeadlineExceeded: 'It was stopped, because its time was up',
  };
  return {
    key: 'ended',
    title: titles[reason] ?? `It failed: ${reason}`,
    detail: text(pod, 'status', 'message'),
    facts: [],
    steps: [...nodeStep(pod), { do: 'events' }, { do: 'yaml' }],
  };
}

/** It was deleted but does not go. */
function stuckReason(pod: unknown): Reason | undefined {
  if (get(pod, 'metadata', 'deletionTimestamp') === undefined) return undefined;
  const finalizers = list(pod, 'metadata', 'finalizers').map(String);
  return {
    key: 'stuck',
    title:
      finalizers.length > 0
        ? 'It was deleted, but a finalizer keeps it'
        : 'It was deleted, but its node has not confirmed that it ended',
    facts: known('Finalizers', finalizers.join(', ')),
    steps: [...nodeStep(pod), { do: 'events' }, { do: 'yaml' }],
  };
}

function volumeReason(pod: unknown, events: readonly Happening[]): Reason | undefined {
  if (text(pod, 'status', 'phase') !== 'Pending') return undefined;
  const failure = events.find(({ reason }) => reason === 'FailedMount' || reason === 'FailedAttachVolume');
  if (failure === undefined) return undefined;
  const missing = readMissingSource(failure.message);
  const [, volume] = /volume "([^"]+)"/.exec(failure.message) ?? [];
  const of = volume === undefined ? 'A volume' : `Volume ${volume}`;
  const why = missing === undefined ? '' : `: ${missing.kind} ${missing.name} does not exist`;
  return {
    key: 'volume',
    title: `${of} cannot be ${failure.reason === 'FailedMount' ? 'mounted' : 'attached'}${why}`,
    detail: failure.message,
    facts: known('Tried', failure.count > 1 ? `${failure.count} times` : undefined),
    steps: [
      ...(missing === undefined ? [] : [{ do: 'list' as const, apiVersion: 'v1', kind: missing.kind }]),
      { do: 'events' },
      { do: 'yaml' },
    ],
  };
}

function nodeStep(pod: unknown): Step[] {
  const name = text(pod, 'spec', 'nodeName');
  return name === undefined ? [] : [{ do: 'open', to: { apiVersion: 'v1', kind: 'Node', namespace: '', name } }];
}
