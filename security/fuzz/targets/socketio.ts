import type { GatewayAddress } from '../../harness/gateway-process.ts';
import { openLive } from '../../protocols/live.ts';
import { clientMessage, opcodes } from '../../protocols/websocket.ts';
import { BarrierLane } from '../barrier-lane.ts';
import { edgeNumbers, nastyTexts } from '../dictionary.ts';
import { sendOver } from '../lane.ts';
import { mutatedJsonText, mutateJson, mutateText } from '../mutate.ts';
import type { Random } from '../random.ts';
import { type ListenerTarget, printable } from '../target.ts';

/** Messages of one case; a Buffer is sent as a binary message. */
type Packets = (string | Buffer)[];

const terminal = '0190aaaa-0000-7000-8000-000000000001';
const size = { columns: 80, rows: 24 };
const place = {
  organization: 'attacker',
  cluster: 'none',
  namespace: 'default',
  pod: 'web-0',
  viewer: terminal,
  ...size,
};
const events: readonly (readonly [name: string, argument: unknown])[] = [
  ['clusters:watch', { organization: 'attacker' }],
  ['clusters:unwatch', { organization: 'attacker' }],
  ['terminals:watch', { organization: 'attacker' }],
  ['terminals:unwatch', { organization: 'attacker' }],
  ['terminal:open', { ...place, shell: 'auto' }],
  ['terminal:attach', { organization: 'attacker', terminal, viewer: terminal, position: 0, mode: 'auto', ...size }],
  ['terminal:input', { terminal, from: 0, data: { _placeholder: true, num: 0 } }],
  ['terminal:resize', { terminal, columns: 80, rows: 24 }],
  ['terminal:ack', { terminal, position: 4096 }],
  ['terminal:detach', { terminal }],
  ['terminal:close', { organization: 'attacker', terminal }],
  ['terminal:share', { organization: 'attacker', terminal, sharing: 'watch' }],
  ['terminal:ping', null],
  ['unknown', 'x'],
];
/** Names reserved by socket.io. */
const reserved: readonly (readonly [name: string, argument: unknown])[] = [
  ['disconnect', 'x'],
  ['connect', {}],
  ['newListener', 'x'],
  ['__proto__', {}],
];
/** The lowest acknowledgement id in cases; the lane itself uses lower ones. */
const leastAck = 10_000_000;

function make(random: Random): Packets {
  const [name, argument] = random.pick(random.chance(0.98) ? events : reserved);
  const isBinary = name === 'terminal:input' || random.chance(0.05);
  const type = random.chance(0.93) ? (isBinary ? '5' : '2') : random.pick(['0', '1', '3', '4', '6', '7', '9', '']);
  const attachments =
    type === '5' || type === '6' ? `${random.chance(0.9) ? 1 : random.pick([0, 2, 10, 11, 1000, -1])}-` : '';
  const namespace = random.chance(0.95) ? '' : `${random.pick(['/', '/admin', '/__proto__', '/?x=1', '/a,/b'])},`;
  const ack = random.chance(0.6)
    ? String(leastAck + random.int(0, 9))
    : random.chance(0.9)
      ? ''
      : '99999999999999999999';
  const packet = random.chance(0.05)
    ? mutateJson(random, [name, argument])
    : [
        name,
        random.chance(0.6) ? mutateJson(random, argument) : argument,
        ...(random.chance(0.1) ? [random.pick(edgeNumbers)] : []),
      ];
  const json = random.chance(0.03) ? mutatedJsonText(random, packet) : (JSON.stringify(packet) ?? '');
  const engine = random.chance(0.97) ? '4' : random.pick(['0', '1', '2', '3', '5', '6', '7', 'b', '']);
  const text = `${engine}${type}${attachments}${namespace}${ack}${json}`;
  const packets: Packets = [random.chance(0.97) ? text : mutateText(random, text)];
  if (attachments !== '' && random.chance(0.9)) packets.push(random.bytes(random.pick([0, 1, 16, 300])));
  if (random.chance(0.01)) packets.unshift(Buffer.from(random.pick(nastyTexts)));
  return packets;
}

async function connect(gateway: GatewayAddress, token: string): Promise<BarrierLane<Packets>> {
  let lane: BarrierLane<Packets> | undefined;
  let connected = (): void => {};
  const isConnected = new Promise<void>((resolve) => {
    connected = resolve;
  });
  const socket = await openLive(gateway, {
    token,
    onText: (packet) => {
      if (packet.startsWith('40')) connected();
      // Nothing is answered after leaving the namespace.
      if (packet.startsWith('41')) lane?.close();
      const [, number] = /^43(\d+)\[/.exec(packet) ?? [];
      if (number !== undefined && Number(number) < leastAck) lane?.answered(Number(number));
    },
  });
  socket.once('close', connected);
  socket.write(clientMessage('40'));
  await isConnected;
  lane = new BarrierLane<Packets>(socket, {
    encode: (packets) =>
      Buffer.concat(
        packets.map((packet) => clientMessage(packet, typeof packet === 'string' ? opcodes.text : opcodes.binary)),
      ),
    barrier: (number) => clientMessage(`42${number}["terminal:ping"]`),
  });
  return lane;
}

/** Packets of socket.io and engine.io with events of the product, on an authenticated live connection. */
export const socketio: ListenerTarget<Packets> = {
  kind: 'listener',
  name: 'socketio',
  tls: false,
  weight: 14,
  batch: 1_000,
  make,
  describe: (packets) => packets.map(printable).join(' '),
  open: async ({ gateway, attacker }) => ({
    send: (cases) => sendOver(cases, { lanes: 12, chunk: 2, connect: () => connect(gateway, attacker.token) }),
    close: () => {},
  }),
};
