export { type ResetCode, resetCodes } from './codes.ts';
export {
  DrainingError,
  HeadTooLargeError,
  printable,
  SessionClosedError,
  StreamResetError,
  TooManyStreamsError,
  UnprocessedError,
} from './errors.ts';
export { initialWindow, type MuxOptions, narrowWindow, wideStreams } from './options.ts';
export { type GoAway, MuxSession, type Role, type SessionClose } from './session.ts';
export { MuxStream } from './stream.ts';
export type { MessageTransport } from './transport.ts';
