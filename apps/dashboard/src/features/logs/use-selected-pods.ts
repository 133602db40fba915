'use client';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { resourceId, resourcePath } from '#features/kube/api-resource.ts';
import { knownKinds } from '#features/kube/known-kinds.ts';
import { KubeError, sentenceOf } from '#features/kube/kube-error.ts';
import { kubeJson } from '#features/kube/kube-fetch.ts';
import { metadataFields, objectFields } from '#features/kube/list-format.ts';
import { get, list, text } from '#features/kube/read.ts';
import type { ListRequest } from '#features/kube/shared-lists.ts';
import { useKubeObject } from '#features/kube/use-kube-object.ts';
import { useLiveList } from '#features/kube/use-live-list.ts';
import { selectorText } from './label-selector.ts';
import { type LogPod, podFields, readLogPod } from './log-pod.ts';
import { isOnePod, type LogSelection, nothingSelected } from './log-selection.ts';

export interface SelectedPods {
  /** Undefined if not yet known. */
  pods: readonly LogPod[] | undefined;
  /** Why they are not known. */
  problem: string | undefined;
  /** Set if the person may not list the pods of all namespaces, and only some are included. */
  narrowed: readonly string[] | undefined;
  /** The pods as kubectl selects them; undefined if it cannot, or not yet. */
  labelSelector: string | undefined;
}

const JOB_NAME = 'job-name';
const podFormat = objectFields<unknown>(podFields);
const ownerFormat = metadataFields<unknown>({ ownerReferences: true });
const WAITING: SelectedPods = { pods: undefined, problem: undefined, narrowed: undefined, labelSelector: undefined };

/** The pods of a selection, live: pods that come later are included. */
export function useSelectedPods(selection: LogSelection): SelectedPods {
  const one = useOnePod(selection);
  const many = useManyPods(selection);
  return isOnePod(selection) ? one : many;
}

function useOnePod(selection: LogSelection): SelectedPods {
  const only = isOnePod(selection) && selection.of === 'pods' ? selection.pods[0] : undefined;
  const { ref } = selection;
  const { object, gone, freshness } = useKubeObject(only && { ref, resource: knownKinds.pods, ...only });
  const pods = useMemo(() => (object === undefined || gone ? undefined : [readLogPod(object)]), [object, gone]);
  if (pods !== undefined) return { ...WAITING, pods };
  if (gone) return { ...WAITING, pods: NONE };
  const failed = freshness.state === 'denied' || freshness.state === 'failed';
  return failed ? { ...WAITING, problem: freshness.message } : WAITING;
}

const NONE: readonly LogPod[] = [];

function useManyPods(selection: LogSelection): SelectedPods {
  const { request, belongs, problem } = usePodRequest(selection);
  const { items, loaded, freshness, narrowed } = useLiveList(request);
  const pods = useMemo(() => {
    if (!loaded || belongs === undefined) return undefined;
    return items.filter(belongs).map(readLogPod);
  }, [items, loaded, belongs]);
  const failed = freshness.state === 'denied' || freshness.state === 'failed';
  return {
    pods,
    problem: problem ?? (pods === undefined && failed ? freshness.message : undefined),
    narrowed: narrowed?.namespaces,
    labelSelector: request?.labelSelector,
  };
}

interface PodRequest {
  request: ListRequest<unknown> | undefined;
  /** Which of the listed pods belong to the selection; undefined if not yet known. */
  belongs: ((pod: unknown) => boolean) | undefined;
  problem: string | undefined;
}

const every = () => true;

/** How to list the pods of a selection. A request cannot name several pods, nor the pods of a CronJob: those are picked here. */
function usePodRequest(selection: LogSelection): PodRequest {
  const { ref } = selection;
  const workload = useWorkloadSelector(selection);
  const jobs = useJobsOf(selection);
  const named = useMemo(
    () =>
      selection.of === 'pods' && !isOnePod(selection)
        ? new Set(selection.pods.map(({ namespace, name }) => `${namespace}/${name}`))
        : undefined,
    [selection],
  );
  const belongs = useMemo(() => {
    if (named !== undefined) {
      return (pod: unknown) => named.has(`${text(pod, 'metadata', 'namespace')}/${text(pod, 'metadata', 'name')}`);
    }
    if (!isCronJob(selection)) return every;
    return jobs && ((pod: unknown) => jobs.has(text(pod, 'metadata', 'labels', JOB_NAME) ?? ''));
  }, [selection, named, jobs]);
  const base = { ref, resource: knownKinds.pods, format: podFormat } as const;
  if (named !== undefined) {
    const namespaces = [...new Set([...named].map((pod) => pod.slice(0, pod.indexOf('/'))))];
    return { request: { ...base, namespaces }, belongs, problem: undefined };
  }
  if (selection.of === 'labels') {
    const { namespaces, labelSelector } = selection;
    return {
      request: { ...base, namespaces, labelSelector: labelSelector || undefined, narrows: true },
      belongs,
      problem: undefined,
    };
  }
  if (selection.of !== 'workload') return { request: undefined, belongs, problem: undefined };
  const labelSelector = isCronJob(selection) ? JOB_NAME : workload.selector;
  const request = labelSelector && { ...base, namespaces: [selection.namespace], labelSelector };
  return { request: request || undefined, belongs, problem: workload.problem };
}

function isCronJob(selection: LogSelection): boolean {
  return selection.of === 'workload' && resourceId(selection.resource) === 'cronjobs.batch';
}

/** The label selector of a workload, which rarely changes while its logs are open. */
function useWorkloadSelector(selection: LogSelection): { selector: string | undefined; problem: string | undefined } {
  const workload = selection.of === 'workload' && !isCronJob(selection) ? selection : undefined;
  const { data, error } = useQuery({
    queryKey: ['log-selector', workload],
    enabled: workload !== undefined,
    queryFn: async ({ signal }) => {
      if (workload === undefined) throw new Error('no workload');
      const { ref, resource, namespace, name } = workload;
      const object = await kubeJson(ref, resourcePath(resource, { namespace, name }), { signal });
      const selector = selectorText(get(object, 'spec', 'selector'));
      if (selector === undefined) throw new Error(nothingSelected(resource, name));
      return selector;
    },
    staleTime: 60_000,
    retry: (failures, reason) => failures < 3 && !(reason instanceof KubeError && reason.lasting),
  });
  return { selector: data, problem: data === undefined && error !== null ? sentenceOf(error) : undefined };
}

/** The names of the jobs of a CronJob, live; undefined for other selections, and until they are known. */
function useJobsOf(selection: LogSelection): ReadonlySet<string> | undefined {
  const cronJob = selection.of === 'workload' && isCronJob(selection) ? selection : undefined;
  const { items, loaded } = useLiveList(
    cronJob && {
      ref: cronJob.ref,
      resource: knownKinds.jobs,
      format: ownerFormat,
      namespaces: [cronJob.namespace],
    },
  );
  const name = cronJob?.name;
  return useMemo(() => {
    if (!loaded) return undefined;
    const isOwned = (job: unknown) =>
      list(job, 'metadata', 'ownerReferences').some(
        (owner) => text(owner, 'kind') === 'CronJob' && text(owner, 'name') === name,
      );
    return new Set(items.filter(isOwned).flatMap((job) => text(job, 'metadata', 'name') ?? []));
  }, [items, loaded, name]);
}
