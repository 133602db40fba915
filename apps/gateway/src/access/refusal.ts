import { failure, type Status } from '@postern/kube';

/** A refused request, with the response for the client. Not an error of ours. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: Status;

  constructor(status: Status) {
    super(status.message);
    this.status = status;
  }

  /** Value of the header `Retry-After`. */
  get retryAfterSeconds(): number | undefined {
    return this.status.details?.retryAfterSeconds;
  }
}

/** @param retryAfterSeconds when the client may retry, in whole seconds. @param message what there is too much of. */
export function tooMany(retryAfterSeconds: number, message: string): Refusal {
  return new Refusal(failure(429, message, { retryAfterSeconds }));
}

/** @param code HTTP status. @param message for the kubectl user; says what to do next. */
export function refusal(code: number, message: string): Refusal {
  return new Refusal(failure(code, message));
}
