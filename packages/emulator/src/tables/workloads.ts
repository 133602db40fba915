import type { ControllerRevision, CronJob, Job, PodDisruptionBudget, PodTemplate, Workload } from '../model/kinds.ts';
import type { KubeObject } from '../model/object.ts';
import { formatLabelSelector } from '../store/label-selector.ts';
import { age, humanDuration } from './age.ts';
import { columns, type Printer } from './printer.ts';

const TEMPLATE = '*Containers|*Images|*Selector';

function templateCells(template: PodTemplate | undefined): string[] {
  const containers = template?.spec.containers ?? [];
  return [containers.map(({ name }) => name).join(','), containers.map(({ image }) => image ?? '').join(',')];
}

export const deploymentPrinter: Printer = {
  columns: columns(`Name|Ready|Up-to-date|Available|Age|${TEMPLATE}`),
  cells(object: KubeObject, now: number) {
    const { metadata, spec, status } = object as Workload;
    return [
      metadata.name,
      `${status?.readyReplicas ?? 0}/${spec.replicas ?? 0}`,
      status?.updatedReplicas ?? 0,
      status?.availableReplicas ?? 0,
      age(metadata.creationTimestamp, now),
      ...templateCells(spec.template),
      formatLabelSelector(spec.selector),
    ];
  },
};

export const replicaSetPrinter: Printer = {
  columns: columns(`Name|Desired:integer|Current:integer|Ready:integer|Age|${TEMPLATE}`),
  cells(object: KubeObject, now: number) {
    const { metadata, spec, status } = object as Workload;
    return [
      metadata.name,
      spec.replicas ?? 0,
      status?.replicas ?? 0,
      status?.readyReplicas ?? 0,
      age(metadata.creationTimestamp, now),
      ...templateCells(spec.template),
      formatLabelSelector(spec.selector),
    ];
  },
};

export const statefulSetPrinter: Printer = {
  columns: columns('Name|Ready|Age|*Containers|*Images'),
  cells(object: KubeObject, now: number) {
    const { metadata, spec, status } = object as Workload;
    const ready = `${status?.readyReplicas ?? 0}/${spec.replicas ?? 0}`;
    return [metadata.name, ready, age(metadata.creationTimestamp, now), ...templateCells(spec.template)];
  },
};

export const daemonSetPrinter: Printer = {
  columns: columns(
    `Name|Desired:integer|Current:integer|Ready:integer|Up-to-date:integer|Available:integer|Node Selector|Age|${TEMPLATE}`,
  ),
  cells(object: KubeObject, now: number) {
    const { metadata, spec, status } = object as Workload;
    return [
      metadata.name,
      status?.desiredNumberScheduled ?? 0,
      status?.currentNumberScheduled ?? 0,
      status?.numberReady ?? 0,
      status?.updatedNumberScheduled ?? 0,
      status?.numberAvailable ?? 0,
      formatLabelSelector({ matchLabels: spec.template.spec.nodeSelector ?? {} }),
      age(metadata.creationTimestamp, now),
      ...templateCells(spec.template),
      formatLabelSelector(spec.selector),
    ];
  },
};

function jobStatus({ status, spec, metadata }: Job): string {
  const met = (type: string) => (status?.conditions ?? []).some((one) => one.type === type && one.status === 'True');
  if (met('Complete')) return 'Complete';
  if (met('Failed')) return 'Failed';
  if (metadata.deletionTimestamp !== undefined) return 'Terminating';
  return spec.suspend === true ? 'Suspended' : 'Running';
}

export const jobPrinter: Printer = {
  columns: columns(`Name|Status|Completions|Duration|Age|${TEMPLATE}`),
  cells(object: KubeObject, now: number) {
    const job = object as Job;
    const { metadata, spec, status } = job;
    const started = Date.parse(status?.startTime ?? '');
    const ended = status?.completionTime === undefined ? now : Date.parse(status.completionTime);
    return [
      metadata.name,
      jobStatus(job),
      `${status?.succeeded ?? 0}/${spec.completions ?? 1}`,
      Number.isNaN(started) ? '' : humanDuration(ended - started),
      age(metadata.creationTimestamp, now),
      ...templateCells(spec.template),
      formatLabelSelector(spec.selector),
    ];
  },
};

export const cronJobPrinter: Printer = {
  columns: columns(`Name|Schedule|Timezone|Suspend:boolean|Active:integer|Last Schedule|Age|${TEMPLATE}`),
  cells(object: KubeObject, now: number) {
    const { metadata, spec, status } = object as CronJob;
    return [
      metadata.name,
      spec.schedule,
      spec.timeZone ?? '<none>',
      spec.suspend === true,
      status?.active?.length ?? 0,
      status?.lastScheduleTime === undefined ? '<none>' : age(status.lastScheduleTime, now),
      age(metadata.creationTimestamp, now),
      ...templateCells(spec.jobTemplate.spec.template),
      formatLabelSelector(spec.jobTemplate.spec.selector),
    ];
  },
};

export const controllerRevisionPrinter: Printer = {
  columns: columns('Name|Controller|Revision:integer|Age'),
  cells(object: KubeObject, now: number) {
    const { metadata, apiVersion, revision } = object as ControllerRevision;
    const owner = metadata.ownerReferences?.find(({ controller }) => controller === true);
    const kind = owner === undefined ? '' : `${owner.kind.toLowerCase()}.${apiVersion.split('/')[0]}/${owner.name}`;
    return [metadata.name, kind || '<none>', revision, age(metadata.creationTimestamp, now)];
  },
};

export const disruptionBudgetPrinter: Printer = {
  columns: columns('Name|Min Available|Max Unavailable|Allowed Disruptions:integer|Age'),
  cells(object: KubeObject, now: number) {
    const { metadata, spec, status } = object as PodDisruptionBudget;
    return [
      metadata.name,
      String(spec.minAvailable ?? 'N/A'),
      String(spec.maxUnavailable ?? 'N/A'),
      status?.disruptionsAllowed ?? 0,
      age(metadata.creationTimestamp, now),
    ];
  },
};

interface Autoscaler extends KubeObject {
  spec: {
    scaleTargetRef: { kind: string; name: string };
    minReplicas?: number;
    maxReplicas: number;
    metrics?: { type: string; resource?: { name: string; target: { averageUtilization?: number } } }[];
  };
  status?: {
    currentReplicas?: number;
    currentMetrics?: { resource?: { name: string; current: { averageUtilization?: number } } }[];
  };
}

export const autoscalerPrinter: Printer = {
  columns: columns('Name|Reference|Targets|MinPods|MaxPods|Replicas|Age'),
  cells(object: KubeObject, now: number) {
    const { metadata, spec, status } = object as Autoscaler;
    const targets = (spec.metrics ?? []).map(({ resource }, index) => {
      const current = status?.currentMetrics?.[index]?.resource?.current.averageUtilization;
      const wanted = resource?.target.averageUtilization;
      return `${resource?.name ?? 'metric'}: ${current === undefined ? '<unknown>' : `${current}%`}/${wanted ?? '?'}%`;
    });
    return [
      metadata.name,
      `${spec.scaleTargetRef.kind}/${spec.scaleTargetRef.name}`,
      targets.length === 0 ? '<none>' : targets.join(', '),
      String(spec.minReplicas ?? 1),
      spec.maxReplicas,
      status?.currentReplicas ?? 0,
      age(metadata.creationTimestamp, now),
    ];
  },
};
