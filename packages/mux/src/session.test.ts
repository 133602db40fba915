import { seededRandom } from '@postern/testkit';
import { sessionCompliance } from './test/session-compliance.ts';
import { memorySessionPair } from './test/session-pair.ts';

// Over a WebSocket the same runs in packages/tunnel, which has the transport.
sessionCompliance('memory', memorySessionPair);
for (const seed of [1, 2, 3]) {
  sessionCompliance(`memory that delivers when it likes (${seed})`, (options) =>
    memorySessionPair({ ...options, random: seededRandom(seed) }),
  );
}
