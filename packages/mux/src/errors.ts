import { type ResetCode, resetCodes } from './codes.ts';

/** Control, format, private and unassigned characters, lone surrogates, ends of lines and paragraphs: not seen, or able to steer what is. */
const unprintable = /[\p{C}\p{Zl}\p{Zp}]/gu;

/** A peer's words made fit for a log line, a page or a terminal: every character that cannot be seen becomes a space. */
export function printable(text: string): string {
  return text.replace(unprintable, ' ');
}

/** A stream ended before both sides had finished: reset by the peer (`remote`), by us, or with its tunnel (`gone`). */
export class StreamResetError extends Error {
  override readonly name = 'StreamResetError';
  readonly code: ResetCode;
  readonly reason: string;
  readonly remote: boolean;

  constructor(code: ResetCode, reason: string, remote: boolean) {
    const said = printable(reason);
    super(said === '' ? resetCodes[code].sentence : said);
    this.code = code;
    this.reason = said;
    this.remote = remote;
  }
}

/**
 * The peer goes away and has said that it never looked at this stream (GOAWAY with a lower `last stream`): nothing was done
 * for it, so what it asked can be asked again on another tunnel.
 */
export class UnprocessedError extends StreamResetError {
  constructor() {
    super('gone', 'the tunnel is draining; nothing was done', true);
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

/** A head is longer than a frame may be (64 KiB). */
export class HeadTooLargeError extends RangeError {
  override readonly name = 'HeadTooLargeError';
}

/** A GOAWAY was sent or received: streams go on, new ones belong on another tunnel. */
export class DrainingError extends Error {
  override readonly name = 'DrainingError';
}
