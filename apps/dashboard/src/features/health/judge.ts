import type { ApiResource } from '#features/kube/api-resource.ts';
import { judgeClaim } from './claim-verdict.ts';
import { judgeCronJob, judgeJob } from './job-verdict.ts';
import { judgeNode } from './node-verdict.ts';
import { judgePod } from './pod-verdict.ts';
import type { Verdict } from './verdict.ts';
import { judgeDaemonSet, judgeReplicated } from './workload-verdict.ts';

const rules: Record<string, (object: unknown, now: number) => Verdict> = {
  'pods.': judgePod,
  'nodes.': judgeNode,
  'deployments.apps': judgeReplicated,
  'replicasets.apps': judgeReplicated,
  'statefulsets.apps': judgeReplicated,
  'replicationcontrollers.': judgeReplicated,
  'daemonsets.apps': judgeDaemonSet,
  'jobs.batch': judgeJob,
  'cronjobs.batch': judgeCronJob,
  'persistentvolumeclaims.': judgeClaim,
};

/** Judges an object at `now` (milliseconds since 1970); undefined for kinds without rules. */
export function judge(
  { group, resource }: Pick<ApiResource, 'group' | 'resource'>,
  object: unknown,
  now: number,
): Verdict | undefined {
  return rules[`${resource}.${group}`]?.(object, now);
}
