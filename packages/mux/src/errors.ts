import { type ResetCode, resetCodes } from './codes.ts';

/** A stream ended before both sides had finished: reset by the peer (`remote`), by us, or with its tunnel (`gone`). */
export class StreamResetError extends Error {
  override readonly name = 'StreamResetError';
  readonly code: ResetCode;
  readonly reason: string;
  readonly remote: boolean;

  constructor(code: ResetCode, reason: string, remote: boolean) {
    super(reason === '' ? resetCodes[code].sentence : reason);
    this.code = code;
    this.reason = reason;
    this.remote = remote;
  }
}

/** The session is over: nothing can be opened or asked on it. */
export class SessionClosedError extends Error {
  override readonly name = 'SessionClosedError';
}

/** As many streams are open as the options allow. */
export class TooManyStreamsError extends Error {
  override readonly name = 'TooManyStreamsError';
}

/** A GOAWAY was sent or received: streams go on, new ones belong on another tunnel. */
export class DrainingError extends Error {
  override readonly name = 'DrainingError';
}
