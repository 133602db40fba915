/** A group of nodes that a pod does not fit on, as the scheduler wrote it. */
interface NodeGroup {
  count: number;
  problem: string;
}

export interface SchedulingFailure {
  /** Number of nodes in the cluster. */
  nodes: number;
  groups: readonly NodeGroup[];
}

/**
 * Reads the scheduler's message (pkg/scheduler/framework/types.go): `0/3 nodes are available: 1 node(s) had untolerated taint
 * {key: value}, 2 Insufficient cpu. preemption: …`. Undefined if it is another.
 */
export function readSchedulingFailure(message: string): SchedulingFailure | undefined {
  const [, nodes, rest = ''] = /^0\/(\d+) nodes are available: (.*)$/s.exec(message) ?? [];
  if (nodes === undefined) return undefined;
  const [reasons = ''] = rest.split(/\.? (?:preemption|no new claims to deallocate)[:,]/);
  // A problem may contain commas itself; the next one starts with a number.
  const groups = [...reasons.matchAll(/(?:^|, )(\d+) (.+?)(?=, \d+ |\.?$)/gs)].map(([, count, problem = '']) => ({
    count: Number(count),
    problem: problemWords(problem),
  }));
  return { nodes: Number(nodes), groups };
}

function problemWords(problem: string): string {
  const [, resource] = /^Insufficient (\S+)$/.exec(problem) ?? [];
  if (resource !== undefined) return `not enough free ${resource}`;
  return problem.replace(/^node\(s\) /, '').replace(/\.$/, '');
}
