import { randomInt } from 'node:crypto';
import type { Container, CronJob, Job, PodSpec, PodTemplate, Service, Workload } from '../model/kinds.ts';
import type { KubeObject } from '../model/object.ts';
import type { Store } from '../store/store.ts';
import { invalid } from './api-error.ts';

/** Sets the apiserver's defaults, for the fields that clients and controllers read. Changes the object. */
export function setDefaults(object: KubeObject, store: Store): void {
  switch (object.kind) {
    case 'Pod':
      defaultPodSpec((object as unknown as { spec: PodSpec }).spec);
      object['status'] ??= { phase: 'Pending', qosClass: 'BestEffort' };
      break;
    case 'Deployment':
    case 'ReplicaSet':
    case 'StatefulSet':
    case 'DaemonSet':
      defaultWorkload(object as Workload);
      break;
    case 'Job':
      defaultJob(object as Job);
      break;
    case 'CronJob': {
      const { spec } = object as CronJob;
      Object.assign(
        spec,
        withDefaults(spec, { concurrencyPolicy: 'Allow', suspend: false, successfulJobsHistoryLimit: 3 }),
      );
      spec.failedJobsHistoryLimit ??= 1;
      defaultTemplate(spec.jobTemplate.spec.template);
      break;
    }
    case 'Service':
      defaultService(object as Service, store);
      break;
    case 'Secret':
      object['type'] ??= 'Opaque';
      foldStringData(object);
      break;
    case 'Namespace':
      object['spec'] ??= { finalizers: ['kubernetes'] };
      object['status'] ??= { phase: 'Active' };
      object.metadata.labels = { ...object.metadata.labels, 'kubernetes.io/metadata.name': object.metadata.name };
      break;
    case 'PersistentVolumeClaim':
      object['status'] ??= { phase: 'Pending' };
      break;
    default:
  }
}

function withDefaults(spec: object, defaults: object): object {
  return { ...defaults, ...spec };
}

function defaultWorkload(object: Workload): void {
  const { spec, kind } = object;
  if (kind !== 'DaemonSet') spec.replicas ??= 1;
  if (spec.template !== undefined) defaultTemplate(spec.template);
  if (kind === 'ReplicaSet') return;
  spec.revisionHistoryLimit ??= 10;
  if (kind === 'Deployment') {
    const strategy = { type: 'RollingUpdate', ...(spec['strategy'] as object | undefined) };
    const rollingUpdate = { maxUnavailable: '25%', maxSurge: '25%' };
    spec['strategy'] = strategy.type === 'RollingUpdate' ? { rollingUpdate, ...strategy } : strategy;
    spec['progressDeadlineSeconds'] ??= 600;
  } else {
    spec['updateStrategy'] = { type: 'RollingUpdate', ...(spec['updateStrategy'] as object | undefined) };
  }
}

function defaultJob(job: Job): void {
  const { spec, metadata } = job;
  spec.completions ??= 1;
  spec.parallelism ??= 1;
  spec.backoffLimit ??= 6;
  spec['completionMode'] ??= 'NonIndexed';
  spec.suspend ??= false;
  const labels = { 'batch.kubernetes.io/job-name': metadata.name, 'job-name': metadata.name };
  spec.selector ??= { matchLabels: { 'batch.kubernetes.io/job-name': metadata.name } };
  spec.template.metadata = { ...spec.template.metadata, labels: { ...spec.template.metadata?.labels, ...labels } };
  defaultTemplate(spec.template);
}

function defaultTemplate(template: PodTemplate): void {
  if (template.spec !== undefined) defaultPodSpec(template.spec);
}

function defaultPodSpec(spec: PodSpec): void {
  spec.restartPolicy ??= 'Always';
  spec.terminationGracePeriodSeconds ??= 30;
  spec['dnsPolicy'] ??= 'ClusterFirst';
  spec['securityContext'] ??= {};
  spec['schedulerName'] ??= 'default-scheduler';
  for (const container of [...(spec.initContainers ?? []), ...spec.containers]) defaultContainer(container);
}

function defaultContainer(container: Container): void {
  container.resources ??= {};
  container['imagePullPolicy'] ??= /:(?!latest$)[^/]+$/.test(container.image ?? '') ? 'IfNotPresent' : 'Always';
  container['terminationMessagePath'] ??= '/dev/termination-log';
  container['terminationMessagePolicy'] ??= 'File';
  for (const port of container.ports ?? []) port.protocol ??= 'TCP';
}

function defaultService(service: Service, store: Store): void {
  const { spec } = service;
  spec.type ??= 'ClusterIP';
  spec['sessionAffinity'] ??= 'None';
  for (const port of spec.ports ?? []) {
    port.protocol ??= 'TCP';
    port.targetPort ??= port.port;
    if (spec.type === 'NodePort' || spec.type === 'LoadBalancer') port.nodePort ??= randomInt(30_000, 32_768);
  }
  if (spec.type === 'ExternalName') return;
  spec.clusterIP ??= freeAddress(store);
  spec.clusterIPs ??= [spec.clusterIP];
  spec['ipFamilies'] ??= ['IPv4'];
  spec['ipFamilyPolicy'] ??= 'SingleStack';
  spec['internalTrafficPolicy'] ??= 'Cluster';
  service.status ??= { loadBalancer: {} };
}

/** An unused address in 10.96.0.0/16. */
function freeAddress(store: Store): string {
  const taken = new Set(store.list('services').map((service) => (service as Service).spec.clusterIP));
  for (;;) {
    const address = `10.96.${randomInt(0, 255)}.${randomInt(2, 255)}`;
    if (!taken.has(address)) return address;
  }
}

function foldStringData(secret: KubeObject): void {
  const text = secret['stringData'] as Record<string, string> | undefined;
  if (text === undefined) return;
  const encoded = Object.entries(text).map(([key, value]) => [key, Buffer.from(value).toString('base64')]);
  secret['data'] = { ...(secret['data'] as object | undefined), ...Object.fromEntries(encoded) };
  delete secret['stringData'];
}

/**
 * Checks rules beyond the schema of an object.
 * @throws ApiError 422.
 */
export function checkRules(object: KubeObject): void {
  const { name } = object.metadata;
  const isName = /^[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?$/.test(name);
  const isRole = object.apiVersion.startsWith('rbac.authorization.k8s.io/') && !/[/%]/.test(name) && name.length <= 253;
  if (!isName && !isRole) {
    const message = `Invalid value: "${name}": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character`;
    throw invalid(qualifiedKind(object), name, { field: 'metadata.name', message });
  }
  if (object.kind === 'Deployment' || object.kind === 'StatefulSet' || object.kind === 'DaemonSet') {
    const { selector, template } = (object as Workload).spec;
    const labels = template.metadata?.labels ?? {};
    const misfit = Object.entries(selector.matchLabels ?? {}).some(([key, value]) => labels[key] !== value);
    if (misfit) {
      const message = `Invalid value: ${JSON.stringify(labels)}: \`selector\` does not match template \`labels\``;
      throw invalid(qualifiedKind(object), name, { field: 'spec.template.metadata.labels', message });
    }
  }
  const pods = object.kind === 'Pod' ? (object['spec'] as PodSpec) : (object as Workload).spec?.template?.spec;
  if (pods?.containers !== undefined && pods.containers.length === 0) {
    const field = object.kind === 'Pod' ? 'spec.containers' : 'spec.template.spec.containers';
    throw invalid(qualifiedKind(object), name, { field, message: 'Required value' });
  }
}

function qualifiedKind({ apiVersion, kind }: KubeObject): string {
  const slash = apiVersion.indexOf('/');
  return slash === -1 ? kind : `${kind}.${apiVersion.slice(0, slash)}`;
}
