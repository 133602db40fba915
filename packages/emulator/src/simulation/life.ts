import { microTime } from '../model/object.ts';
import { runSchedules } from './controllers/cron-jobs.ts';
import type { Simulation } from './simulation.ts';

const HEARTBEAT = 15_000;
const SWEEP = 60_000;
const DRIFT = 30_000;

/** The activity of an unattended cluster: leases are renewed, schedules run, events expire, load changes. */
export function live(simulation: Simulation): void {
  const { store, clock, events } = simulation;
  const every = (interval: number, task: () => void) => {
    const again = () => {
      clock.after(interval, again);
      task();
    };
    clock.after(interval, again);
  };
  every(HEARTBEAT, () => {
    for (const lease of store.list('leases.coordination.k8s.io')) {
      store.modify('leases.coordination.k8s.io', lease, (draft) => {
        draft['spec'] = { ...(draft['spec'] as object), renewTime: microTime(clock.now()) };
      });
    }
  });
  every(SWEEP, () => events.sweep());
  every(DRIFT, () => {
    for (const scaler of store.list('horizontalpodautoscalers.autoscaling')) {
      store.modify('horizontalpodautoscalers.autoscaling', scaler, (draft) => {
        draft['status'] = { ...(draft['status'] as object), currentMetrics: [cpuMetric(clock.now())] };
      });
    }
  });
  runSchedules(simulation);
}

/** The CPU utilisation of the autoscaled pods: a slow wave between 30 and 60 percent. */
function cpuMetric(now: number): object {
  const averageUtilization = Math.round(45 + 15 * Math.sin(now / 400_000));
  const averageValue = `${averageUtilization}m`;
  return { type: 'Resource', resource: { name: 'cpu', current: { averageUtilization, averageValue } } };
}
