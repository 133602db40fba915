import type { Job, Pod } from '../../model/kinds.ts';
import { isControlledBy, type KubeObject, timestamp } from '../../model/object.ts';
import { randomSuffix } from '../../model/random-suffix.ts';
import { createPod, isTerminating } from '../pod-factory.ts';
import type { Controller, Simulation } from '../simulation.ts';

const component = 'job-controller';

/** Runs pods until enough of them have succeeded or too many have failed. */
export function jobController(simulation: Simulation): Controller {
  return {
    resource: 'jobs.batch',
    reconcile(object: KubeObject) {
      const job = object as Job;
      const { completions = 1, parallelism = 1, backoffLimit = 6, suspend = false } = job.spec;
      const pods = (simulation.store.list('pods', job.metadata.namespace) as Pod[]).filter((pod) =>
        isControlledBy(pod, job),
      );
      const inPhase = (phase: string) => pods.filter((pod) => pod.status?.phase === phase).length;
      const succeeded = Math.max(inPhase('Succeeded'), job.status?.succeeded ?? 0);
      const failed = Math.max(inPhase('Failed'), job.status?.failed ?? 0);
      const isOver = job.status?.completionTime !== undefined || failed > backoffLimit;
      let active = pods.length - inPhase('Succeeded') - inPhase('Failed');
      if (!isOver && !suspend && !isTerminating(job)) {
        for (; active < Math.min(parallelism, completions - succeeded); active++) {
          const name = `${job.metadata.name}-${randomSuffix(5)}`;
          createPod(simulation, job, { name, template: job.spec.template, component });
        }
      }
      const isComplete = succeeded >= completions;
      if (isComplete && job.status?.completionTime === undefined) {
        const message = 'Job completed';
        simulation.events.record(job, { type: 'Normal', reason: 'Completed', message, component });
      }
      const now = timestamp(simulation.clock.now());
      simulation.store.modify('jobs.batch', job, (draft) => {
        const ended = isComplete ? 'Complete' : failed > backoffLimit ? 'Failed' : undefined;
        const condition = { status: 'True', lastProbeTime: now, lastTransitionTime: now };
        draft.status = {
          startTime: draft.status?.startTime ?? now,
          ...(active > 0 ? { active } : {}),
          ready: pods.filter((pod) => pod.status?.phase === 'Running').length,
          ...(succeeded > 0 ? { succeeded } : {}),
          ...(failed > 0 ? { failed } : {}),
          ...(isComplete ? { completionTime: draft.status?.completionTime ?? now } : {}),
          ...(ended === undefined ? {} : { conditions: draft.status?.conditions ?? [{ type: ended, ...condition }] }),
        };
      });
    },
  };
}
