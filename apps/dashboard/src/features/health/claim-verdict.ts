import { text } from '#features/kube/read.ts';
import { durationWords } from './duration-words.ts';
import type { Verdict } from './verdict.ts';

/** Normal time to provision a volume. */
const PROVISIONING_MS = 120_000;

export interface ClaimSigns {
  phase: string;
  /** Milliseconds since 1970. */
  created: number | undefined;
}

/** Judges a PersistentVolumeClaim. `now` in milliseconds since 1970. */
export function judgeClaim(claim: unknown, now: number): Verdict {
  const created = Date.parse(text(claim, 'metadata', 'creationTimestamp') ?? '');
  return judgeClaimSigns({ phase: text(claim, 'status', 'phase') ?? 'Unknown', created }, now);
}

export function judgeClaimSigns({ phase, created }: ClaimSigns, now: number): Verdict {
  if (phase === 'Bound') return { tone: 'ok', word: phase };
  if (phase === 'Lost') return { tone: 'bad', word: phase, because: 'The volume that it was bound to is gone.' };
  const age = created === undefined || Number.isNaN(created) ? 0 : now - created;
  if (age < PROVISIONING_MS) return { tone: 'info', word: phase };
  // Not an error in itself: with WaitForFirstConsumer, a claim that no pod uses stays pending.
  const because = `It has had no volume for ${durationWords(age)}: no pod uses it yet, or none can be provisioned.`;
  return { tone: 'warn', word: phase, because };
}
