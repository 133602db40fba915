import type { GatewayAddress } from '../../harness/gateway-process.ts';
import type { EnrolledAgent } from '../../harness/rest.ts';
import { hello, openTunnelSocket } from '../../protocols/tunnel.ts';
import { clientMessage, opcodes } from '../../protocols/websocket.ts';
import { edgeNumbers, nastyTexts } from '../dictionary.ts';
import type { Lane } from '../lane.ts';
import { sendOver } from '../lane.ts';
import { mutateBytes, mutateJson } from '../mutate.ts';
import { Random } from '../random.ts';
import { type ListenerTarget, printable } from '../target.ts';

/** What an agent sends on a new WebSocket. The HELLO itself is made later, because it depends on the challenge. */
interface Hello {
  /** Fields changed before signing, so that the signature is valid. */
  signed: Record<string, unknown>;
  /** Seed of a change made after signing. */
  mutation: string | undefined;
  isBinary: boolean;
  /** Sent before the HELLO. */
  before: Buffer | undefined;
}

const patienceMs = 3_000;

function make(random: Random): Hello {
  const signed: Record<string, unknown> = {};
  if (random.chance(0.5)) {
    const field = random.pick(['agentId', 'clusterId', 'instance']);
    signed[field] = random.pick([...nastyTexts, 'a'.repeat(128), 'a'.repeat(129)]);
  }
  if (random.chance(0.3)) signed['slot'] = random.pick(edgeNumbers);
  return {
    signed,
    mutation: random.chance(0.6) ? String(random.next()) : undefined,
    isBinary: random.chance(0.05),
    before: random.chance(0.1) ? mutateBytes(random, clientMessage('{"type":"hello"}')) : undefined,
  };
}

/** One WebSocket per case, because the first error ends it. */
class HandshakeLane implements Lane<Hello> {
  isOver = false;
  readonly #gateway: GatewayAddress;
  readonly #agent: EnrolledAgent;

  constructor(gateway: GatewayAddress, agent: EnrolledAgent) {
    this.#gateway = gateway;
    this.#agent = agent;
  }

  async send([sample]: readonly Hello[]): Promise<number> {
    if (sample === undefined) return 1;
    let challenged = (_challenge: { gateway: string; nonce: string }): void => {};
    const challenge = new Promise<{ gateway: string; nonce: string }>((resolve) => {
      challenged = resolve;
    });
    const socket = await openTunnelSocket(this.#gateway, (opcode, payload) => {
      if (opcode === opcodes.text && payload.includes('"challenge"')) challenged(JSON.parse(payload.toString()));
    });
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    const patience = setTimeout(() => socket.destroy(), patienceMs);
    const got = await Promise.race([challenge, closed]);
    if (got !== undefined) {
      const message = this.#message(sample, got);
      if (sample.before !== undefined) socket.write(sample.before);
      socket.write(clientMessage(message, sample.isBinary ? opcodes.binary : opcodes.text));
      // Invalid in every state, so it also ends a connection that was accepted.
      socket.write(clientMessage('x'));
      await closed;
    }
    clearTimeout(patience);
    return 1;
  }

  close(): void {}

  #message(sample: Hello, challenge: { gateway: string; nonce: string }): string {
    const fields = hello(this.#agent, challenge, sample.signed);
    if (sample.mutation === undefined) return JSON.stringify(fields);
    return JSON.stringify(mutateJson(new Random(sample.mutation), fields)) ?? '';
  }
}

/** The tunnel handshake: HELLOs of unknown agents and of an enrolled one. */
export const tunnelHandshake: ListenerTarget<Hello> = {
  kind: 'listener',
  name: 'tunnel-handshake',
  tls: false,
  weight: 1.5,
  batch: 200,
  make,
  describe: (sample) => printable(JSON.stringify(sample)),
  open: async ({ gateway, rest, attacker }) => {
    const agent = await rest.enroll(await rest.createCluster(attacker, 'handshakes'));
    const connect = async (): Promise<HandshakeLane> => new HandshakeLane(gateway, agent);
    return { send: (cases) => sendOver(cases, { lanes: 8, chunk: 1, connect }), close: () => {} };
  },
};
