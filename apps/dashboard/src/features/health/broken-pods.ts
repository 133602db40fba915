import { text } from '#features/kube/read.ts';
import { diagnosePod } from './diagnose-pod.ts';
import { judgePod } from './pod-verdict.ts';
import { isTrouble, severity, type Verdict } from './verdict.ts';

/** Pods that are broken for the same reason. */
export interface BrokenGroup {
  /** The reason, without a full stop. */
  title: string;
  pods: readonly { namespace: string; name: string; verdict: Verdict }[];
}

/** The broken and unsteady pods among some, by reason, the largest group first. `now` in milliseconds since 1970. */
export function brokenPods(pods: readonly unknown[], now: number): BrokenGroup[] {
  const broken = pods.flatMap((pod) => {
    const verdict = judgePod(pod, now);
    if (!isTrouble(verdict)) return [];
    const namespace = text(pod, 'metadata', 'namespace') ?? '';
    const name = text(pod, 'metadata', 'name') ?? '';
    return { title: diagnosePod(pod, [], now)[0]?.title ?? verdict.word, namespace, name, verdict };
  });
  return [...Map.groupBy(broken, ({ title }) => title)]
    .map(([title, group]) => ({
      title,
      pods: group.toSorted((a, b) => severity(a.verdict.tone) - severity(b.verdict.tone)),
    }))
    .sort((a, b) => b.pods.length - a.pods.length);
}
