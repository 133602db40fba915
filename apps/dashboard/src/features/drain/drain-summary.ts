import type { DrainState } from './drain-run.ts';

/** A drain in one line: what it is doing, and what it waits for. */
export function drainSummary(node: string, state: DrainState): { title: string; detail: string } {
  const { phase, pods, cordoned, why } = state;
  const count = (wanted: string) => pods.filter(({ progress }) => progress.state === wanted).length;
  const gone = `${count('gone')} of ${pods.length} pods gone`;
  switch (phase) {
    case 'cordoning':
      return { title: `Cordoning ${node}`, detail: '' };
    case 'evicting': {
      const held = pods.flatMap(({ progress }) => (progress.state === 'held' ? progress.why : []));
      const waiting =
        held.length === 0 ? [] : [`${held.length} waiting for a budget: ${[...new Set(held)].join('; ')}`];
      const ending = count('ending') === 0 ? [] : [`${count('ending')} ending`];
      return { title: `Draining ${node}`, detail: [gone, ...ending, ...waiting].join(', ') };
    }
    case 'done':
      return { title: `${node} is drained`, detail: `${gone}. It stays cordoned until you uncordon it.` };
    case 'stopped':
      return { title: `Drain of ${node} stopped`, detail: `${gone}. The node stays cordoned.` };
    case 'failed': {
      const words = why === undefined ? [] : [why];
      return {
        title: `Drain of ${node} failed`,
        detail: [...words, ...(cordoned ? ['The node stays cordoned.'] : [])].join(' '),
      };
    }
  }
}
