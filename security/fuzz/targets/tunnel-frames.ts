import { rawFrame, types, u32 } from '../../../packages/mux/src/test/raw-peer.ts';
import type { GatewayAddress } from '../../harness/gateway-process.ts';
import type { EnrolledAgent } from '../../harness/rest.ts';
import { openRawTunnel } from '../../protocols/tunnel.ts';
import { clientMessage, opcodes } from '../../protocols/websocket.ts';
import { BarrierLane } from '../barrier-lane.ts';
import { edgeNumbers, nastyTexts } from '../dictionary.ts';
import { sendOver } from '../lane.ts';
import { mutateBytes, mutatedJsonText } from '../mutate.ts';
import type { Random } from '../random.ts';
import { type ListenerTarget, printable } from '../target.ts';

/** A frame whose stream is relative to its case (0 the session, 2 the only stream) unless it is `exact`. */
interface CaseFrame {
  type: number;
  stream: number;
  exact: boolean;
  flags: number;
  payload: Buffer;
}

const report = {
  kind: 'report',
  cluster: 'CLUSTER',
  report: {
    agentVersion: '0.1.0',
    instance: 'security',
    location: 'outside',
    kubernetes: { version: 'v1.33.4', platform: 'linux/amd64', nodes: { total: 3, ready: 3 } },
    capabilities: { impersonate: true, listNodes: true, bindings: 'present', metricsApi: true },
    problem: { code: 'x', message: 'y' },
  },
};

function make(random: Random): CaseFrame[] {
  const frame = (type: number, stream: number, payload: Buffer = Buffer.alloc(0), flags = 0): CaseFrame => ({
    type,
    stream,
    exact: false,
    flags,
    payload,
  });
  const head = random.chance(0.03) ? JSON.stringify(report) : mutatedJsonText(random, report);
  const open = frame(types.open, 2, Buffer.from(head), random.pick([0, 1, 2, 2, 3]));
  const edge = (): Buffer => u32(Math.trunc(random.pick(edgeNumbers.filter((edge) => edge >= 0 && edge < 2 ** 32))));
  const reset = (): Buffer => Buffer.concat([random.bytes(2), Buffer.from(random.pick(nastyTexts)).subarray(0, 200)]);
  const templates: (() => CaseFrame[])[] = [
    () => [{ ...open, flags: 2 }],
    () => [{ ...open, flags: 0 }, frame(types.data, 2, random.bytes(random.int(1, 200))), frame(types.end, 2)],
    () => [{ ...open, flags: 0 }, frame(types.reset, 2, reset())],
    () => [{ ...open, flags: 1 }, frame(types.credit, 2, edge())],
    () => [frame(types.ping, 0, random.bytes(8))],
    () => [frame(types.pong, 0, random.bytes(8))],
    () => [{ ...open, flags: 0 }, frame(types.reset, 2, reset()), frame(types.data, 2, Buffer.from('late'))],
    () => [open],
  ];
  const rare: (() => CaseFrame[])[] = [
    () => [frame(types.ack, 0, random.bytes(12))],
    () => [frame(types.goaway, 0, mutateBytes(random, Buffer.concat([u32(0), random.bytes(7)])))],
    () => [frame(types.accept, 2, Buffer.from('{"status":200,"headers":[]}'))],
    () => [frame(types.credit, 2, edge())],
    () => [
      { ...frame(random.int(0, 16), random.int(0, 2), random.bytes(random.int(0, 20)), random.int(0, 4)), exact: true },
    ],
  ];
  const frames = random.pick(random.chance(0.9) ? templates : rare)();
  if (random.chance(0.12)) change(random, frames);
  return frames;
}

function change(random: Random, frames: CaseFrame[]): void {
  const frame = random.pick(frames);
  switch (random.int(0, 4)) {
    case 0:
      frame.flags ^= 1 << random.int(0, 7);
      break;
    case 1:
      frame.payload = mutateBytes(random, frame.payload);
      break;
    case 2:
      frame.stream = random.pick([0, 1, 2, 3, 0x7fffffff, 0xffffffff, 1_000_000]);
      frame.exact = true;
      break;
    case 3:
      frame.type = random.int(0, 12);
      break;
    default:
      frames.push({ ...frame });
  }
}

/** A gateway accepts 240 connections of one agent a minute. */
const connectionsPerAgent = 200;

let nextSlot = 0;

async function connect(gateway: GatewayAddress, agent: EnrolledAgent): Promise<BarrierLane<CaseFrame[]>> {
  let lane: BarrierLane<CaseFrame[]> | undefined;
  const marker = Buffer.from('case');
  nextSlot = (nextSlot + 1) % 256;
  const socket = await openRawTunnel(gateway, {
    agent,
    slot: nextSlot,
    onClosed: (reason) => {
      if (reason.includes('connects too often')) throw new Error(`cases were not read: ${reason}`);
    },
    onMessage: (message) => {
      if (message[0] === types.pong && message.subarray(8, 12).equals(marker)) lane?.answered(message.readUInt32BE(12));
    },
  });
  let stream = 0;
  const encode = (frame: CaseFrame): Buffer => {
    const id = frame.exact ? frame.stream : frame.stream === 0 ? 0 : stream + frame.stream - 2;
    const payload = Buffer.from(frame.payload.toString('latin1').replace('CLUSTER', agent.clusterId), 'latin1');
    return clientMessage(rawFrame(frame.type, id >>> 0, { flags: frame.flags & 255, payload }), opcodes.binary);
  };
  lane = new BarrierLane<CaseFrame[]>(socket, {
    encode: (frames) => {
      stream += 2;
      return Buffer.concat(frames.map(encode));
    },
    barrier: (number) =>
      clientMessage(rawFrame(types.ping, 0, { payload: Buffer.concat([marker, u32(number)]) }), opcodes.binary),
  });
  return lane;
}

/** Tunnel frames of an authenticated agent. */
export const tunnelFrames: ListenerTarget<CaseFrame[]> = {
  kind: 'listener',
  name: 'tunnel-frames',
  tls: false,
  weight: 6,
  batch: 1_000,
  make,
  describe: (frames) =>
    frames.map(({ type, flags, stream, payload }) => `${type}/${flags}/${stream} ${printable(payload)}`).join(' '),
  open: async ({ gateway, rest, attacker }) => {
    let connections = 0;
    let agent: Promise<EnrolledAgent> | undefined;
    const nextAgent = (): Promise<EnrolledAgent> => {
      if (agent === undefined || connections++ % connectionsPerAgent === 0)
        agent = rest.createCluster(attacker, `frames-${connections}`).then((cluster) => rest.enroll(cluster));
      return agent;
    };
    return {
      send: (cases) =>
        sendOver(cases, { lanes: 8, chunk: 2, connect: async () => connect(gateway, await nextAgent()) }),
      close: () => {},
    };
  },
};
