import type { KeyObject } from 'node:crypto';
import { type MuxOptions, MuxSession } from '@postern/mux';
import type { WebSocket } from 'ws';
import type { Clock } from './clock.ts';
import { HandshakeSocket } from './handshake-socket.ts';
import { parseChallenge, parseWelcome, type Welcome } from './messages.ts';
import { protocolVersion, signProof } from './proof.ts';
import { Tunnel } from './tunnel.ts';
import { WebSocketTransport } from './websocket-transport.ts';

/** What an agent needs to authenticate. */
export interface AgentIdentity {
  agentId: string;
  clusterId: string;
  /** Identifies this pod or process of the agent. */
  instance: string;
  slot: number;
  version: string;
  privateKey: KeyObject;
}

export interface ConnectOptions {
  identity: AgentIdentity;
  clock: Clock;
  /** From dialling to WELCOME, in milliseconds. */
  timeoutMs: number;
  mux: Partial<MuxOptions>;
}

/** The agent's side of the handshake, on a WebSocket that is connecting. Rejects with HandshakeError. */
export function connectTunnel(ws: WebSocket, { identity, clock, timeoutMs, mux }: ConnectOptions): Promise<Tunnel> {
  const { promise, resolve, reject } = Promise.withResolvers<Tunnel>();
  const socket = new HandshakeSocket(ws, { clock, timeoutMs });
  socket.onFail = reject;

  const onWelcome = (welcome: Welcome): void => {
    socket.finish();
    const maxStreams = Math.min(mux.maxStreams ?? welcome.limits.streams, welcome.limits.streams);
    const session = new MuxSession(new WebSocketTransport(ws, 'agent'), {
      now: clock.now,
      ...mux,
      maxStreams,
      role: 'agent',
    });
    const { session: sessionId, epoch, intervals } = welcome;
    const { clusterId } = identity;
    resolve(new Tunnel(session, { role: 'agent', sessionId, epoch, clusterId, intervals, clock }));
  };

  socket.onMessage = (first) => {
    const challenge = parseChallenge(first);
    if (challenge === undefined) return socket.fail('protocol', 'CHALLENGE is malformed');
    if (!challenge.versions.includes(protocolVersion)) {
      return socket.fail('version', `the gateway speaks protocol ${challenge.versions.join(', ')}`);
    }
    socket.onMessage = (second) => {
      const welcome = parseWelcome(second);
      if (welcome === undefined) socket.fail('protocol', 'WELCOME is malformed');
      else onWelcome(welcome);
    };
    const { privateKey, ...who } = identity;
    const { gateway, nonce } = challenge;
    socket.send({
      type: 'hello',
      protocol: protocolVersion,
      ...who,
      features: [],
      resume: null,
      signature: signProof({ gateway, nonce, ...who }, privateKey).toString('base64'),
    });
  };
  return promise;
}
