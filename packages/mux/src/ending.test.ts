import { seededRandom } from '@postern/testkit';
import { endingCompliance } from './test/ending-compliance.ts';
import { memorySessionPair } from './test/session-pair.ts';

// Over a WebSocket the same runs in packages/tunnel, which has the transport.
endingCompliance('memory', memorySessionPair);
endingCompliance('memory that delivers when it likes', (options) =>
  memorySessionPair({ ...options, random: seededRandom(7) }),
);
