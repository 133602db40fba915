export { endingCompliance } from './ending-compliance.ts';
export type { MemoryOptions } from './memory-transport.ts';
export { sessionCompliance } from './session-compliance.ts';
export { memorySessionPair, type SessionPair, type SessionPairOptions } from './session-pair.ts';
