import { createPrivateKey } from 'node:crypto';
import type { Socket } from 'node:net';
import { subprotocol } from '@postern/tunnel';
import { signProof } from '../../packages/tunnel/src/proof.ts';
import type { GatewayAddress } from '../harness/gateway-process.ts';
import type { EnrolledAgent } from '../harness/rest.ts';
import { clientMessage, opcodes, openWebSocket } from './websocket.ts';

/** An agent's HELLO, signed for the challenge. `changes` are applied before signing. */
export function hello(
  agent: EnrolledAgent,
  challenge: { gateway: string; nonce: string },
  changes: Record<string, unknown> = {},
): Record<string, unknown> {
  const fields = { agentId: agent.agentId, clusterId: agent.clusterId, instance: 'security', slot: 0, ...changes };
  const nonce = Buffer.from(challenge.nonce, 'base64');
  const proof = { ...fields, gateway: challenge.gateway, nonce } as never;
  const signature = signProof(proof, createPrivateKey(agent.privateKeyPem)).toString('base64');
  return { type: 'hello', protocol: 1, version: '0.1.0', features: [], resume: null, ...fields, signature };
}

/** Opens a WebSocket to `/tunnel`, before the handshake. */
export function openTunnelSocket(
  gateway: GatewayAddress,
  onFrame: (opcode: number, payload: Buffer) => void,
): Promise<Socket> {
  const headers = { 'Sec-WebSocket-Protocol': subprotocol };
  return openWebSocket(gateway, { path: '/tunnel', headers, onFrame });
}

/** Opens a tunnel of an enrolled agent; the caller writes its frames, `onMessage` gets the gateway's binary messages. */
export async function openRawTunnel(
  gateway: GatewayAddress,
  options: {
    agent: EnrolledAgent;
    slot: number;
    instance?: string;
    onMessage?: (message: Buffer) => void;
    /** Called with the reason if the gateway closes the tunnel. */
    onClosed?: (reason: string) => void;
  },
): Promise<Socket> {
  const { agent, slot, instance = 'security', onMessage = () => {}, onClosed = () => {} } = options;
  let welcomed = (): void => {};
  let refused = (_error: Error): void => {};
  const welcome = new Promise<void>((resolve, reject) => {
    welcomed = resolve;
    refused = reject;
  });
  welcome.catch(() => {});
  let isWelcome = false;
  let early: Buffer | undefined;
  let socket: Socket | undefined;
  const answer = (challenge: Buffer): void => {
    const message = hello(agent, JSON.parse(challenge.toString()), { slot, instance });
    socket?.write(clientMessage(JSON.stringify(message)));
  };
  socket = await openTunnelSocket(gateway, (opcode, payload) => {
    if (opcode === opcodes.binary) onMessage(payload);
    if (opcode === opcodes.close) {
      const reason = payload.subarray(2).toString();
      refused(new Error(`the tunnel was closed: ${reason}`));
      onClosed(reason);
    }
    if (opcode !== opcodes.text) return;
    const { type } = JSON.parse(payload.toString()) as { type: string };
    if (type === 'welcome') {
      isWelcome = true;
      welcomed();
    } else if (socket === undefined) early = payload;
    else answer(payload);
  });
  if (early !== undefined) answer(early);
  socket.once('close', () => isWelcome || refused(new Error('the tunnel was closed before WELCOME')));
  await welcome;
  return socket;
}
