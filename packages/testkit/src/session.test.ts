import { seededRandom } from './memory-transport.ts';
import { sessionCompliance } from './session-compliance.ts';
import { memorySessionPair, webSocketSessionPair } from './session-pair.ts';

sessionCompliance('memory', memorySessionPair);
for (const seed of [1, 2, 3]) {
  sessionCompliance(`memory that delivers when it likes (${seed})`, (options) =>
    memorySessionPair({ ...options, random: seededRandom(seed) }),
  );
}
sessionCompliance('WebSocket', webSocketSessionPair);
