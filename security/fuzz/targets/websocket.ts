import type { GatewayAddress } from '../../harness/gateway-process.ts';
import { openLive } from '../../protocols/live.ts';
import { clientMessage, encodeFrame, opcodes, type WebSocketFrame } from '../../protocols/websocket.ts';
import { BarrierLane } from '../barrier-lane.ts';
import { nastyTexts } from '../dictionary.ts';
import { sendOver } from '../lane.ts';
import { mutateBytes } from '../mutate.ts';
import type { Random } from '../random.ts';
import { type ListenerTarget, printable } from '../target.ts';

function make(random: Random): WebSocketFrame[] {
  const frame = (opcode: number, payload: Buffer, fin = true): WebSocketFrame => ({
    fin,
    reserved: 0,
    opcode,
    masked: true,
    payload,
  });
  const text = Buffer.from(random.pick(['3', '2', '6', '42["terminal:ping"]', '42["clusters:watch",{}]']));
  const templates: (() => WebSocketFrame[])[] = [
    () => [frame(opcodes.text, text)],
    () => [frame(opcodes.text, text)],
    () => [frame(opcodes.text, text.subarray(0, 1), false), frame(opcodes.continuation, text.subarray(1))],
    () => [
      frame(opcodes.text, text.subarray(0, 1), false),
      frame(opcodes.ping, random.bytes(random.int(0, 125))),
      frame(opcodes.continuation, text.subarray(1)),
    ],
    () => [frame(opcodes.ping, random.bytes(random.int(0, 125)))],
    () => [frame(opcodes.pong, random.bytes(random.int(0, 125)))],
    () => [frame(opcodes.text, Buffer.from(random.pick(nastyTexts)))],
    () => [frame(opcodes.close, random.bytes(random.int(0, 4)))],
  ];
  const frames = random.pick(templates)();
  if (random.chance(0.25)) change(random, frames);
  return frames;
}

function change(random: Random, frames: WebSocketFrame[]): void {
  const frame = random.pick(frames);
  switch (random.int(0, 6)) {
    case 0:
      frame.opcode = random.int(0, 15);
      break;
    case 1:
      frame.reserved = random.int(1, 7);
      break;
    case 2:
      frame.fin = !frame.fin;
      break;
    case 3:
      frame.masked = false;
      break;
    case 4:
      frame.payload = mutateBytes(random, frame.payload);
      break;
    case 5:
      frame.payload = random.bytes(random.pick([126, 127, 1_000, 66_000]));
      break;
    default:
      if (random.chance(0.1)) frame.length = random.pick([0, frame.payload.length + 1, 65_536, 2 ** 31, 2 ** 53]);
      else frames.push({ ...frame });
  }
}

async function connect(gateway: GatewayAddress, token: string): Promise<BarrierLane<WebSocketFrame[]>> {
  let lane: BarrierLane<WebSocketFrame[]> | undefined;
  const marker = Buffer.from('case');
  const socket = await openLive(gateway, {
    token,
    onPong: (payload) => {
      if (payload.length === 8 && payload.subarray(0, 4).equals(marker)) lane?.answered(payload.readUInt32BE(4));
    },
  });
  socket.write(clientMessage('40'));
  lane = new BarrierLane<WebSocketFrame[]>(socket, {
    encode: (frames) => Buffer.concat(frames.map(encodeFrame)),
    barrier: (number) => {
      const payload = Buffer.alloc(8);
      marker.copy(payload);
      payload.writeUInt32BE(number, 4);
      return clientMessage(payload, opcodes.ping);
    },
  });
  return lane;
}

/** WebSocket frames (RFC 6455) on an authenticated live connection. */
export const websocket: ListenerTarget<WebSocketFrame[]> = {
  kind: 'listener',
  name: 'websocket',
  tls: false,
  weight: 12,
  batch: 1_000,
  make,
  describe: (frames) => frames.map((frame) => printable(encodeFrame(frame))).join(' '),
  open: async ({ gateway, attacker }) => ({
    send: (cases) => sendOver(cases, { lanes: 12, chunk: 2, connect: () => connect(gateway, attacker.token) }),
    close: () => {},
  }),
};
