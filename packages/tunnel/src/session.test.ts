import { endingCompliance, sessionCompliance } from '@postern/mux/test';
import { webSocketSessionPair } from './test/web-socket-pair.ts';

// What every session must do, here over the tunnel's own transport; in memory the same runs in packages/mux.
sessionCompliance('WebSocket', webSocketSessionPair);
endingCompliance('WebSocket', webSocketSessionPair);
