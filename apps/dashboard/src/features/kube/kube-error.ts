import { get, list, number, text } from './read.ts';
import { missingRule, ruleOfRefusal } from './rule-sentence.ts';

/** An error response of the cluster, or of the gateway on the way to it, with its message. */
export class KubeError extends Error {
  override readonly name = 'KubeError';
  readonly status: number;
  /** `metav1.Status` reason: `Forbidden`, `NotFound`, `Expired`, `Conflict`… */
  readonly reason: string;
  /** `metav1.StatusDetails` as sent, with the fields that it is about. */
  readonly details: unknown;
  /** The causes in the response's details, such as the disruption budget that forbids an eviction. */
  readonly causes: readonly { reason: string; message: string }[];

  constructor(options: {
    status: number;
    reason: string;
    message: string;
    details?: unknown;
    causes?: KubeError['causes'];
  }) {
    super(options.message);
    this.causes = options.causes ?? [];
    this.status = options.status;
    this.reason = options.reason;
    this.details = options.details;
  }

  /** Whether the same request will fail until somebody changes something. */
  get lasting(): boolean {
    return this.status >= 400 && this.status < 500 && ![401, 408, 409, 410, 429].includes(this.status);
  }
}

/** Parses a `metav1.Status`, from a response body or a watch. */
export function kubeErrorOf(body: unknown, status: number): KubeError {
  const message = text(body, 'message');
  return new KubeError({
    status: number(body, 'code') ?? status,
    reason: text(body, 'reason') ?? '',
    message: message === undefined || message === '' ? `The cluster answered ${status}.` : message,
    details: get(body, 'details'),
    causes: list(body, 'details', 'causes').map((cause) => ({
      reason: text(cause, 'reason') ?? '',
      message: text(cause, 'message') ?? '',
    })),
  });
}

/** A message for any thrown value; a refusal by RBAC names the missing rule. */
export function sentenceOf(error: unknown): string {
  if (error instanceof KubeError) {
    const rule = error.status === 403 ? ruleOfRefusal(error.message) : undefined;
    return rule === undefined ? error.message : missingRule(rule);
  }
  if (error instanceof TypeError) return 'The gateway cannot be reached.';
  return error instanceof Error ? error.message : String(error);
}

/** The same with what to do next, for a change that a person made. */
export function adviceOf(error: unknown): string {
  const sentence = sentenceOf(error).replace(/\.?$/, '.');
  if (!(error instanceof KubeError)) return sentence;
  if (error.status === 403 && ruleOfRefusal(error.message) === undefined)
    return `${sentence} Ask an administrator for this right.`;
  if (error.status === 404) return `${sentence} It may have been deleted meanwhile.`;
  if (error.status === 409) return `${sentence} It changed meanwhile: look at it again, then retry.`;
  return sentence;
}
