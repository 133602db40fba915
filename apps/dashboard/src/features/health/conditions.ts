import { list, text } from '#features/kube/read.ts';
import { instantOf } from './instants.ts';

/** An entry of `status.conditions`. */
export interface Condition {
  type: string;
  /** `True`, `False` or `Unknown`. */
  status: string;
  reason: string;
  message: string;
  /** When the status last changed, in milliseconds since 1970. */
  since: number | undefined;
}

/** The conditions of an object of any kind. */
export function conditionsOf(object: unknown): Condition[] {
  return list(object, 'status', 'conditions').map((one) => ({
    type: text(one, 'type') ?? '',
    status: text(one, 'status') ?? '',
    reason: text(one, 'reason') ?? '',
    message: text(one, 'message') ?? '',
    since: instantOf(one, 'lastTransitionTime'),
  }));
}

export function conditionOf(object: unknown, type: string): Condition | undefined {
  return conditionsOf(object).find((one) => one.type === type);
}
