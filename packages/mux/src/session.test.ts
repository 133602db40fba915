import { seededRandom } from '@postern/testkit';
import { sessionCompliance } from './test/session-compliance.ts';
import { memorySessionPair } from './test/session-pair.ts';

// packages/tunnel runs the same tests over its WebSocket transport.
sessionCompliance('memory', memorySessionPair);
for (const seed of [1, 2, 3]) {
  sessionCompliance(`memory with random delivery (${seed})`, (options) =>
    memorySessionPair({ ...options, random: seededRandom(seed) }),
  );
}
