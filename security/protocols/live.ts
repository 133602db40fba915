import type { Socket } from 'node:net';
import type { GatewayAddress } from '../harness/gateway-process.ts';
import { opcodes, openWebSocket } from './websocket.ts';

const livePath = '/socket.io/?EIO=4&transport=websocket';

/** Opens a live connection without socket.io's CONNECT. `onText` gets each engine.io packet. */
export function openLive(
  gateway: GatewayAddress,
  options: {
    token: string;
    onText?: (packet: string) => void;
    onPong?: (payload: Buffer) => void;
  },
): Promise<Socket> {
  const { token, onText = () => {}, onPong = () => {} } = options;
  return openWebSocket(gateway, {
    path: livePath,
    headers: { Authorization: `Bearer ${token}`, Origin: gateway.origin },
    onFrame: (opcode, payload) => {
      if (opcode === opcodes.text) onText(payload.toString('utf8'));
      if (opcode === opcodes.pong) onPong(payload);
    },
  });
}
