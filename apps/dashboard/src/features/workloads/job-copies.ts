import type { KubeObject } from '#features/kube/kube-object.ts';
import { record, strings, text } from '#features/kube/read.ts';

/** A job to create, as JSON. */
export interface JobManifest {
  apiVersion: 'batch/v1';
  kind: 'Job';
  metadata: Record<string, unknown>;
  spec: Record<string, unknown>;
}

/** The name of a job is also a label of its pods, so it has at most this many characters. */
const MOST_NAME = 63;

/** What the server sets on a job and its pods, and what belongs to one run only. */
const OF_ONE_RUN = new Set([
  'controller-uid',
  'job-name',
  'batch.kubernetes.io/controller-uid',
  'batch.kubernetes.io/job-name',
  'batch.kubernetes.io/job-tracking',
  'batch.kubernetes.io/cronjob-scheduled-timestamp',
  'cronjob.kubernetes.io/instantiate',
  'kubectl.kubernetes.io/last-applied-configuration',
]);

/**
 * The job that `kubectl create job NAME --from=cronjob/…` creates: the template of the cron job, with the annotation and the owner
 * that kubectl sets (k8s.io/kubectl, pkg/cmd/create/create_job.go). The owner does not block deletion, which would take a right more.
 */
export function jobFromCronJob(cronJob: KubeObject, name: string): JobManifest {
  const template = record(cronJob, 'spec', 'jobTemplate');
  const labels = strings(template, 'metadata', 'labels');
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name,
      annotations: { 'cronjob.kubernetes.io/instantiate': 'manual', ...strings(template, 'metadata', 'annotations') },
      ...(Object.keys(labels).length > 0 && { labels }),
      ownerReferences: [
        {
          apiVersion: 'batch/v1',
          kind: 'CronJob',
          name: text(cronJob, 'metadata', 'name') ?? '',
          uid: text(cronJob, 'metadata', 'uid') ?? '',
          controller: true,
        },
      ],
    },
    spec: record(template, 'spec'),
  };
}

/**
 * A copy of a job under another name, which runs now: without the selector and the labels that bind pods to the first job, and
 * without its owner, so that no cron job counts or deletes it.
 */
export function copyOfJob(job: KubeObject, name: string): JobManifest {
  const { selector, manualSelector, suspend, template, ...spec } = record(job, 'spec');
  const { labels, annotations, creationTimestamp, ...podMetadata } = record(template, 'metadata');
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, ...lasting(job.metadata) },
    spec: {
      ...spec,
      template: { ...record(template), metadata: { ...podMetadata, ...lasting({ labels, annotations }) } },
    },
  };
}

/** Labels and annotations that do not belong to one run. */
function lasting(metadata: Record<string, unknown>): { labels?: object; annotations?: object } {
  const [labels, annotations] = ['labels', 'annotations'].map((part) =>
    Object.fromEntries(Object.entries(strings(metadata, part)).filter(([key]) => !OF_ONE_RUN.has(key))),
  );
  return {
    ...(Object.keys(labels ?? {}).length > 0 && { labels }),
    ...(Object.keys(annotations ?? {}).length > 0 && { annotations }),
  };
}

/** A name for another run: `backup-manual-x7k2p`; a suffix of an earlier one is replaced. `random` gives numbers from 0 to 1. */
export function nameOfRun(name: string, word: 'manual' | 'rerun', random: () => number): string {
  // The letters of generated names in Kubernetes (k8s.io/apimachinery/pkg/util/rand): none that look alike, no words by chance.
  const letters = 'bcdfghjklmnpqrstvwxz2456789';
  const suffix = Array.from({ length: 5 }, () => letters[Math.floor(random() * letters.length)]).join('');
  const base = name.replace(new RegExp(`-${word}-[${letters}]{5}$`), '');
  return `${base.slice(0, MOST_NAME - word.length - suffix.length - 2).replace(/[-.]+$/, '')}-${word}-${suffix}`;
}

/** Why a job cannot have this name; undefined if it can. */
export function problemOfName(name: string): string | undefined {
  if (name.length > MOST_NAME) return `At most ${MOST_NAME} characters.`;
  if (!/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/.test(name))
    return 'Lower-case letters, digits, dashes and dots, with a letter or digit at both ends.';
  return undefined;
}
