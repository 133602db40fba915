import { endingCompliance } from './ending-compliance.ts';
import { seededRandom } from './memory-transport.ts';
import { memorySessionPair, webSocketSessionPair } from './session-pair.ts';

endingCompliance('memory', memorySessionPair);
endingCompliance('memory that delivers when it likes', (options) =>
  memorySessionPair({ ...options, random: seededRandom(7) }),
);
endingCompliance('WebSocket', webSocketSessionPair);
