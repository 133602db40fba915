import type { Tone } from '#components/ui/tone.ts';
import { judgeNode } from '#features/health/node-verdict.ts';
import { judgePod } from '#features/health/pod-verdict.ts';
import { isTrouble, type Verdict } from '#features/health/verdict.ts';
import type { KubeNode, Pod } from './kube-objects.ts';
import { rememberAt } from './remember.ts';

/** The verdict on a pod; cached, because there are thousands. `now` should be rounded. */
export const verdictOfPod = rememberAt<Pod, Verdict>(judgePod);

/** What the health of a cluster is judged by. Undefined parts are unknown (not yet loaded, or denied) and are not guessed. */
export interface HealthParts {
  nodes: readonly KubeNode[] | undefined;
  pods: readonly Pod[] | undefined;
  /** The verdicts on deployments, stateful sets and daemon sets. */
  workloads?: readonly Verdict[] | undefined;
  jobs?: readonly Verdict[] | undefined;
  claims?: readonly Verdict[] | undefined;
}

/** The health of a cluster in one line. `now` in milliseconds since 1970, rounded. */
export function healthLine(parts: HealthParts, now: number): { tone: Tone; text: string } {
  const troubles: string[] = [];
  const facts: string[] = [];
  let tone: Tone = 'ok';
  const report = (found: Tone, sentence: string) => {
    troubles.push(sentence);
    if (tone !== 'bad') tone = found;
  };
  if (parts.nodes !== undefined) {
    const judged = parts.nodes.map((node) => ({ name: node.metadata.name, verdict: judgeNode(node, now) }));
    const bad = judged.filter(({ verdict }) => verdict.tone === 'bad');
    if (bad.length === 1) report('bad', `node ${bad[0]?.name} is not ready`);
    else if (bad.length > 1) report('bad', `${bad.length} of ${judged.length} nodes are not ready`);
    const pressed = judged.filter(({ verdict }) => verdict.tone === 'warn' && /Pressure|Network/.test(verdict.word));
    if (pressed.length > 0) report('warn', `${count(pressed.length, 'node is', 'nodes are')} under pressure`);
    facts.push(`${judged.length - bad.length} of ${judged.length} nodes ready`);
  }
  if (parts.pods !== undefined) {
    const tones = parts.pods.map((pod) => verdictOfPod(pod, now).tone);
    const [bad, unsteady] = [number(tones, 'bad'), number(tones, 'warn')];
    if (bad > 0) report('warn', `${count(bad, 'pod is', 'pods are')} in trouble`);
    if (unsteady > 0) report('warn', `${count(unsteady, 'pod is', 'pods are')} unsteady`);
    const running = parts.pods.filter(
      (pod) => pod.status?.phase === 'Running' && !isTrouble(verdictOfPod(pod, now)),
    ).length;
    facts.push(count(running, 'pod running', 'pods running'));
  }
  const broken = bads(parts.workloads);
  if (broken > 0) report('warn', `${count(broken, 'workload has', 'workloads have')} no pod that is ready`);
  const failed = bads(parts.jobs);
  if (failed > 0) report('warn', `${count(failed, 'job has', 'jobs have')} failed`);
  const pending = parts.claims?.filter(isTrouble).length ?? 0;
  if (pending > 0) report('warn', `${count(pending, 'volume claim is', 'volume claims are')} not bound`);
  if (troubles.length > 0) {
    const text = [troubles.join(', '), facts.join(', ')].filter((part) => part !== '').join('; ');
    return { tone, text: text.charAt(0).toUpperCase() + text.slice(1) };
  }
  if (facts.length === 0) return { tone: 'idle', text: 'Unknown: neither nodes nor pods can be listed' };
  return { tone: 'ok', text: `Healthy: ${facts.join(', ')}` };
}

const count = (many: number, one: string, more: string): string => `${many} ${many === 1 ? one : more}`;
const number = (tones: readonly Tone[], wanted: Tone): number => tones.filter((tone) => tone === wanted).length;
const bads = (verdicts: readonly Verdict[] | undefined): number =>
  verdicts?.filter(({ tone }) => tone === 'bad').length ?? 0;

export interface PodGroup {
  name: string;
  tone: Tone;
  count: number;
}

const groups: readonly [string, Tone][] = [
  ['Running', 'ok'],
  ['In trouble', 'bad'],
  ['Failed', 'bad'],
  ['Unsteady', 'warn'],
  ['Starting', 'info'],
  ['Terminating', 'info'],
  ['Succeeded', 'idle'],
];

/** The number of pods in each group, in a fixed order, without empty ones. `now` as for `healthLine`. */
export function podGroups(pods: readonly Pod[], now: number): PodGroup[] {
  const counts = new Map<string, number>();
  for (const pod of pods) {
    const name = groupOf(pod, verdictOfPod(pod, now));
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return groups
    .map(([name, tone]) => ({ name, tone, count: counts.get(name) ?? 0 }))
    .filter((group) => group.count > 0);
}

function groupOf(pod: Pod, { tone, word }: Verdict): string {
  if (tone === 'bad') return pod.status?.phase === 'Failed' ? 'Failed' : 'In trouble';
  if (tone === 'warn') return 'Unsteady';
  if (tone === 'info') return word === 'Terminating' ? word : 'Starting';
  return tone === 'idle' ? 'Succeeded' : 'Running';
}
