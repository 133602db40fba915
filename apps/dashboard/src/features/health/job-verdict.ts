import { get, list, number, text } from '#features/kube/read.ts';
import { conditionOf } from './conditions.ts';
import type { Verdict } from './verdict.ts';

/** Judges a Job: whether it has failed, or is failing. */
export function judgeJob(job: unknown): Verdict {
  const failed = conditionOf(job, 'Failed');
  if (failed?.status === 'True') {
    return { tone: 'bad', word: 'Failed', because: failed.message || failed.reason || undefined };
  }
  if (conditionOf(job, 'Complete')?.status === 'True') return { tone: 'idle', word: 'Complete' };
  if (get(job, 'spec', 'suspend') === true) return { tone: 'idle', word: 'Suspended' };
  const failures = number(job, 'status', 'failed') ?? 0;
  if (failures > 0) {
    const tries = (number(job, 'spec', 'backoffLimit') ?? 6) + 1;
    return { tone: 'warn', word: 'Running, retrying', because: `${failures} of at most ${tries} tries have failed.` };
  }
  return { tone: 'info', word: 'Running' };
}

/** Judges a CronJob. Whether its runs fail is known by their jobs, except that a missed success shows here. */
export function judgeCronJob(job: unknown): Verdict {
  if (get(job, 'spec', 'suspend') === true) return { tone: 'idle', word: 'Suspended' };
  const scheduled = text(job, 'status', 'lastScheduleTime');
  const succeeded = text(job, 'status', 'lastSuccessfulTime');
  const running = list(job, 'status', 'active').length > 0;
  const failed = scheduled !== undefined && !running && (succeeded === undefined || succeeded < scheduled);
  if (failed) return { tone: 'warn', word: 'Last run failed', because: 'Its last run has ended without success.' };
  return { tone: 'ok', word: 'Scheduled' };
}
