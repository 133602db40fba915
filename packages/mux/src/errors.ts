import { type ResetCode, resetCodes } from './codes.ts';

/** Control, format, private-use and unassigned characters, lone surrogates, line and paragraph separators. */
const unprintable = /[\p{C}\p{Zl}\p{Zp}]/gu;

/** Makes a peer's text safe for a log line, a page or a terminal: every unprintable character becomes a space. */
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
 * The peer is going away and has said that it never processed this stream (GOAWAY with a lower `last stream`), so the
 * request can be sent again on another tunnel.
 */
export class UnprocessedError extends StreamResetError {
  constructor() {
    super('gone', 'the tunnel is draining; nothing was done', true);
  }
}

/** The session has ended: no stream can be opened and no PING sent. */
export class SessionClosedError extends Error {
  override readonly name = 'SessionClosedError';
}

/** The maximum number of streams (`MuxOptions.maxStreams`) is open. */
export class TooManyStreamsError extends Error {
  override readonly name = 'TooManyStreamsError';
}

/** A head is longer than 64 KiB. */
export class HeadTooLargeError extends RangeError {
  override readonly name = 'HeadTooLargeError';
}

/** A GOAWAY was sent or received: open streams continue, new ones must be opened on another tunnel. */
export class DrainingError extends Error {
  override readonly name = 'DrainingError';
}
