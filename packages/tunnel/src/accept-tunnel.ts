import { type KeyObject, randomBytes } from 'node:crypto';
import { type MuxOptions, MuxSession } from '@postern/mux';
import type { WebSocket } from 'ws';
import { type Clock, systemClock } from './clock.ts';
import type { CloseName } from './close-codes.ts';
import { HandshakeSocket } from './handshake-socket.ts';
import { agentIntervals, type Intervals } from './keepalive.ts';
import { type HelloMessage, handshakeTimeoutMs, nonceBytes, parseHello } from './messages.ts';
import { protocolVersion, verifyProof } from './proof.ts';
import { Tunnel } from './tunnel.ts';
import { WebSocketTransport } from './websocket-transport.ts';

/** The agent's claimed identity. Unverified in `verifyAgent`; verified once the signature has been checked. */
export interface Hello {
  agentId: string;
  clusterId: string;
  instance: string;
  slot: number;
  version: string;
  features: string[];
}

export interface Refusal {
  refuse: CloseName;
  /** Sent to the agent: at most 123 bytes, no secrets. */
  reason: string;
}

export interface AcceptOptions {
  /** Part of the bytes that the agent signs, so that a proof for one gateway is invalid at another. */
  gatewayName: string;
  /** Looks up the key of this agent in this cluster. */
  verifyAgent(hello: Hello): Promise<{ publicKey: KeyObject } | Refusal>;
  /**
   * Called once the signature is verified: register the connection and close an older one of the same slot. If the agent
   * disconnects meanwhile, `acceptTunnel` rejects after this was called, so undo the registration then.
   */
  admit(hello: Hello): Promise<{ epoch: bigint } | Refusal>;
  /** Keepalive intervals sent to the agent. */
  agentIntervals?: Intervals;
  /** Intervals of the gateway's own keepalive. */
  intervals?: Intervals;
  handshakeTimeoutMs?: number;
  mux?: Partial<MuxOptions>;
  clock?: Clock;
}

const defaultMaxStreams = 1024;
/** Limits what an agent can make the gateway hold. An agent opens streams only for its reports, one at a time. */
const maxAgentStreams = 16;

/**
 * The gateway's side of the handshake on an open WebSocket (subprotocol `postern.tunnel.v1`, created with
 * `webSocketServerOptions`). Rejects with HandshakeError; the socket is then closed with a code of `closeCodes`.
 */
export async function acceptTunnel(ws: WebSocket, options: AcceptOptions): Promise<{ tunnel: Tunnel; hello: Hello }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ tunnel: Tunnel; hello: Hello }>();
  const clock = options.clock ?? systemClock;
  const socket = new HandshakeSocket(ws, { clock, timeoutMs: options.handshakeTimeoutMs ?? handshakeTimeoutMs });
  const nonce = randomBytes(nonceBytes);
  socket.onFail = reject;
  socket.onMessage = (message) => {
    // One HELLO per connection: any other message before WELCOME is a protocol error, and the nonce is used once.
    socket.onMessage = () => socket.fail('protocol', 'a message before WELCOME');
    const hello = parseHello(message);
    if (hello === undefined) socket.fail('protocol', 'HELLO is malformed');
    else if (hello.protocol !== protocolVersion)
      socket.fail('version', `protocol ${hello.protocol} is not spoken here`);
    else {
      check(hello, { socket, nonce, accept: options, clock }).then(
        (result) => result !== undefined && resolve(result),
        (error: unknown) => socket.fail('internal', 'the gateway could not check the agent', error),
      );
    }
  };
  socket.send({
    type: 'challenge',
    gateway: options.gatewayName,
    nonce: nonce.toString('base64'),
    time: Date.now(),
    versions: [protocolVersion],
  });
  return promise;
}

interface Handshake {
  socket: HandshakeSocket;
  nonce: Buffer;
  accept: AcceptOptions;
  clock: Clock;
}

async function check(
  message: HelloMessage,
  { socket, nonce, accept, clock }: Handshake,
): Promise<{ tunnel: Tunnel; hello: Hello } | undefined> {
  const { agentId, clusterId, instance, slot, version, features } = message;
  const hello: Hello = { agentId, clusterId, instance, slot, version, features };
  const known = await accept.verifyAgent(hello);
  if (socket.isDone) return undefined;
  if ('refuse' in known) {
    socket.fail(known.refuse, known.reason);
    return undefined;
  }
  const fields = { gateway: accept.gatewayName, nonce, agentId, clusterId, instance, slot };
  if (!verifyProof(fields, known.publicKey, message.signature)) {
    socket.fail('proof', 'the signature does not match the key of this agent');
    return undefined;
  }
  const admitted = await accept.admit(hello);
  if (socket.isDone) return undefined;
  if ('refuse' in admitted) {
    socket.fail(admitted.refuse, admitted.reason);
    return undefined;
  }
  const sessionId = randomBytes(16).toString('base64url');
  const { epoch } = admitted;
  socket.send({
    type: 'welcome',
    session: sessionId,
    epoch: String(epoch),
    limits: { streams: accept.mux?.maxStreams ?? defaultMaxStreams },
    intervals: accept.agentIntervals ?? agentIntervals,
    resume: null,
  });
  socket.finish();
  const mux = { now: clock.now, maxPeerStreams: maxAgentStreams, ...accept.mux };
  const session = new MuxSession(new WebSocketTransport(socket.ws, 'gateway'), { ...mux, role: 'gateway' });
  const { intervals } = accept;
  return { tunnel: new Tunnel(session, { role: 'gateway', sessionId, epoch, clusterId, intervals, clock }), hello };
}
