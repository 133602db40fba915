import { failure, type Status } from '@postern/kube';

/** A request that goes no further, with the answer for the client. Not a fault of ours. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: Status;

  constructor(status: Status) {
    super(status.message);
    this.status = status;
  }
}

/** @param code HTTP status. @param message one sentence for the person at kubectl, with what to do next. */
export function refusal(code: number, message: string): Refusal {
  return new Refusal(failure(code, message));
}
