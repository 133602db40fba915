import { endingCompliance, sessionCompliance } from '@postern/mux/test';
import { webSocketSessionPair } from './test/web-socket-pair.ts';

// The tests of packages/mux, which runs them in memory, over the tunnel's own transport.
sessionCompliance('WebSocket', webSocketSessionPair);
endingCompliance('WebSocket', webSocketSessionPair);
