import type { ApiResource } from '#features/kube/api-resource.ts';
import type { Description } from './facts.ts';
import {
  describeAny,
  describeClaim,
  describeConfigMap,
  describeEvent,
  describeIngress,
  describeNode,
  describeSecret,
  describeService,
} from './others.ts';
import { describeCronJob, describeDaemonSet, describeJob, describePod, describeReplicated } from './workloads.ts';

const known: Record<string, (object: unknown) => Description> = {
  'pods.': describePod,
  'deployments.apps': describeReplicated,
  'replicasets.apps': describeReplicated,
  'statefulsets.apps': describeReplicated,
  'replicationcontrollers.': describeReplicated,
  'daemonsets.apps': describeDaemonSet,
  'jobs.batch': describeJob,
  'cronjobs.batch': describeCronJob,
  'services.': describeService,
  'nodes.': describeNode,
  'configmaps.': describeConfigMap,
  'secrets.': describeSecret,
  'events.': describeEvent,
  'events.events.k8s.io': describeEvent,
  'ingresses.networking.k8s.io': describeIngress,
  'persistentvolumeclaims.': describeClaim,
};

/** The kind-specific description of an object; there is one for every kind. */
export function describe(resource: Pick<ApiResource, 'resource' | 'group'>, object: unknown): Description {
  return (known[`${resource.resource}.${resource.group}`] ?? describeAny)(object);
}
