import { failure, type Status } from '@postern/kube';

/** A request that goes no further, with the answer for the client. Not a fault of ours. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: Status;

  constructor(status: Status) {
    super(status.message);
    this.status = status;
  }

  /** For the header `Retry-After`. */
  get retryAfterSeconds(): number | undefined {
    return this.status.details?.retryAfterSeconds;
  }
}

/** @param retryAfterSeconds when the client may ask again; whole seconds. @param message what there is too much of. */
export function tooMany(retryAfterSeconds: number, message: string): Refusal {
  return new Refusal(failure(429, message, { retryAfterSeconds }));
}

/** @param code HTTP status. @param message one sentence for the person at kubectl, with what to do next. */
export function refusal(code: number, message: string): Refusal {
  return new Refusal(failure(code, message));
}
