/** The alphabet of generated names, without vowels (apimachinery, pkg/util/rand). */
const SUFFIX = '[bcdfghjklmnpqrstvwxz2456789]';
const ofDeployment = new RegExp(`^(.+)-${SUFFIX}{6,10}-${SUFFIX}{5}$`);
const ofOther = new RegExp(`^(.+)-${SUFFIX}{5}$`);

/**
 * The name of the workload that a pod's generated name seems to come from: `web` for `web-6d4cf56db6-x7k2p`; undefined if the
 * name is not generated. A guess, for a pod of which nothing else is known.
 */
export function workloadNameOf(pod: string): string | undefined {
  return ofDeployment.exec(pod)?.[1] ?? ofOther.exec(pod)?.[1];
}

/** Labels that distinguish the pods of one workload, or its revisions, from each other. */
const own = new Set([
  'pod-template-hash',
  'controller-revision-hash',
  'pod-template-generation',
  'statefulset.kubernetes.io/pod-name',
  'apps.kubernetes.io/pod-index',
  'batch.kubernetes.io/controller-uid',
  'batch.kubernetes.io/job-name',
  'batch.kubernetes.io/job-completion-index',
  'controller-uid',
  'job-name',
]);

/** A label selector for the pods that share a workload with a pod with these labels; empty if they do not tell. */
export function siblingSelector(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .filter(([key]) => !own.has(key))
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
}
