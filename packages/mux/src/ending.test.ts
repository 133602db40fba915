import { seededRandom } from '@postern/testkit';
import { endingCompliance } from './test/ending-compliance.ts';
import { memorySessionPair } from './test/session-pair.ts';

// packages/tunnel runs the same tests over its WebSocket transport.
endingCompliance('memory', memorySessionPair);
endingCompliance('memory with random delivery', (options) =>
  memorySessionPair({ ...options, random: seededRandom(7) }),
);
