import type { CronJob, Job } from '../../model/kinds.ts';
import { isControlledBy, type KubeObject, type Manifest, ownerReference, timestamp } from '../../model/object.ts';
import { matchesCron } from '../cron.ts';
import { attempt } from '../report-bug.ts';
import type { Controller, Simulation } from '../simulation.ts';

const component = 'cronjob-controller';
const MINUTE = 60_000;

/** Creates a job at each time of the schedule, tracks it, and keeps only the last few. */
export function cronJobController(simulation: Simulation): Controller {
  return {
    resource: 'cronjobs.batch',
    reconcile(object: KubeObject) {
      const cronJob = object as CronJob;
      const jobs = (simulation.store.list('jobs.batch', cronJob.metadata.namespace) as Job[])
        .filter((job) => isControlledBy(job, cronJob))
        .sort((a, b) => (a.metadata.creationTimestamp < b.metadata.creationTimestamp ? 1 : -1));
      const done = jobs.filter(({ status }) => status?.conditions !== undefined);
      for (const job of done.slice(cronJob.spec.successfulJobsHistoryLimit ?? 3))
        simulation.store.remove('jobs.batch', job);
      simulation.store.modify('cronjobs.batch', cronJob, (draft) => {
        const active = jobs.filter((job) => !done.includes(job)).map(referTo);
        const lastEnd = done
          .flatMap(({ status }) => status?.completionTime ?? [])
          .sort()
          .at(-1);
        draft.status = {
          ...draft.status,
          active,
          ...(lastEnd === undefined ? {} : { lastSuccessfulTime: lastEnd }),
        };
        if (active.length === 0) delete draft.status.active;
      });
    },
  };
}

function referTo({ apiVersion, kind, metadata }: Job): { name: string } {
  const { name, namespace, uid } = metadata;
  return { ...{ apiVersion, kind, namespace, uid }, name };
}

/** Starts due jobs, now and at each full minute. */
export function runSchedules(simulation: Simulation): void {
  const { store, clock } = simulation;
  const minute = Math.floor(clock.now() / MINUTE) * MINUTE;
  clock.after(MINUTE - (clock.now() % MINUTE) + 500, () => runSchedules(simulation));
  for (const cronJob of store.list('cronjobs.batch') as CronJob[]) {
    attempt(`the schedule of ${cronJob.metadata.name}`, () => runSchedule(simulation, cronJob, minute));
  }
}

function runSchedule(simulation: Simulation, cronJob: CronJob, minute: number): void {
  const last = Date.parse(cronJob.status?.lastScheduleTime ?? '') || Date.parse(cronJob.metadata.creationTimestamp);
  if (cronJob.spec.suspend !== true && minute > last && matchesCron(cronJob.spec.schedule, minute)) {
    startJob(simulation, cronJob, minute);
  }
}

function startJob({ store, events }: Simulation, cronJob: CronJob, minute: number): void {
  const { name: cronName, namespace = '' } = cronJob.metadata;
  const name = `${cronName}-${Math.floor(minute / MINUTE)}`;
  if (store.find('jobs.batch', namespace, name)) return;
  const { metadata, spec } = structuredClone(cronJob.spec.jobTemplate);
  const labels = { 'batch.kubernetes.io/job-name': name, 'job-name': name };
  spec.selector = { matchLabels: { 'batch.kubernetes.io/job-name': name } };
  spec.template.metadata = {
    ...spec.template.metadata,
    labels: { ...spec.template.metadata?.labels, ...labels },
  };
  const job: Manifest = {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      ...metadata,
      name,
      namespace,
      annotations: { 'batch.kubernetes.io/cronjob-scheduled-timestamp': timestamp(minute) },
      ownerReferences: [ownerReference(cronJob)],
      generation: 1,
    },
    spec: { completions: 1, parallelism: 1, backoffLimit: 6, suspend: false, ...spec },
    status: {},
  };
  store.create('jobs.batch', job);
  store.modify('cronjobs.batch', cronJob, (draft) => {
    draft.status = { ...draft.status, lastScheduleTime: timestamp(minute) };
  });
  events.record(cronJob, { type: 'Normal', reason: 'SuccessfulCreate', message: `Created job ${name}`, component });
}
