export { type AsciicastHeader, AsciicastWriter } from './asciicast-writer.ts';
export type { SessionEvent } from './events.ts';
export { SessionReader, type SessionReaderOptions } from './session-reader.ts';
