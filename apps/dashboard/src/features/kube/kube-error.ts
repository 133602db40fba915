import { number, text } from './read.ts';

/** The cluster, or the gateway on the way to it, refused or failed. `message` is the sentence it sent. */
export class KubeError extends Error {
  override readonly name = 'KubeError';
  readonly status: number;
  /** `metav1.Status` reason: `Forbidden`, `NotFound`, `Expired`, `Conflict`… */
  readonly reason: string;

  constructor(options: { status: number; reason: string; message: string }) {
    super(options.message);
    this.status = options.status;
    this.reason = options.reason;
  }

  /** It will answer the same until somebody changes something. */
  get lasting(): boolean {
    return this.status >= 400 && this.status < 500 && ![401, 408, 409, 410, 429].includes(this.status);
  }
}

/** Reads a `metav1.Status`, as the body of an answer or out of a watch. */
export function kubeErrorOf(body: unknown, status: number): KubeError {
  const message = text(body, 'message');
  return new KubeError({
    status: number(body, 'code') ?? status,
    reason: text(body, 'reason') ?? '',
    message: message === undefined || message === '' ? `The cluster answered ${status}.` : message,
  });
}

/** A sentence for whatever was thrown. */
export function sentenceOf(error: unknown): string {
  if (error instanceof KubeError) return error.message;
  if (error instanceof TypeError) return 'The gateway cannot be reached.';
  return error instanceof Error ? error.message : String(error);
}
