import { StreamResetError } from '@postern/mux';

/** Somebody, or the cluster's policy, ended a session; the message says so to the person who had it open. */
export class SessionEndedError extends StreamResetError {
  constructor(reason: string) {
    super('cancelled', reason, false);
  }
}
