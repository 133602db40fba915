import { connectTo } from '../../harness/connection.ts';
import type { GatewayAddress } from '../../harness/gateway-process.ts';
import {
  encodeFrame,
  FrameReader,
  flags,
  frameTypes,
  greeting,
  headerBlock,
  type RawFrame,
  settingIds,
} from '../../protocols/http2-frames.ts';
import { BarrierLane } from '../barrier-lane.ts';
import { edgeNumbers, nastyTexts } from '../dictionary.ts';
import { sendOver } from '../lane.ts';
import { mutateBytes, mutateText } from '../mutate.ts';
import type { Random } from '../random.ts';
import { type ListenerTarget, printable } from '../target.ts';

/** A frame whose stream is relative to its case (0 the connection, 1 the first stream, 2 the second) unless it is `exact`. */
type CaseFrame = RawFrame & { exact?: boolean };

/** Stream ids reserved for each case; every other one is a client's. */
const streamIds = 4;
const paths = [
  '/',
  '/healthz',
  '/api/v1/meta',
  '/api/v1/auth/me',
  '/k8s/attacker/prod/api/v1/pods',
  '/tunnel',
  '/_next/x',
];
const settingsNumbers = [...Object.values(settingIds), 5, 6, 8, 0, 9, 0xffff];

function make(random: Random): CaseFrame[] {
  const frames = template(random);
  for (let count = random.pick([0, 0, 1, 1, 2]); count > 0; count--) change(random, frames);
  return frames;
}

function request(random: Random, more: [string, string][] = []): Buffer {
  const fields: [string, string][] = [
    [':method', random.pick(['GET', 'GET', 'POST', 'HEAD', 'DELETE', 'CONNECT', 'OPTIONS'])],
    [':scheme', 'https'],
    [':authority', 'localhost'],
    [':path', random.pick(paths)],
    ...more,
  ];
  if (random.chance(0.4)) {
    const at = random.int(0, fields.length - 1);
    const [name, value] = fields[at] as [string, string];
    const changed: [string, string][] = [
      [mutateText(random, name), value],
      [name, mutateText(random, value)],
      [
        random.pick([
          ':protocol',
          ':status',
          'connection',
          'upgrade',
          'transfer-encoding',
          'content-length',
          'host',
          'te',
          'cookie',
          'expect',
          'authorization',
        ]),
        random.pick(nastyTexts),
      ],
    ];
    const roll = random.int(0, 4);
    if (roll < 3) fields[at] = changed[roll] as [string, string];
    else if (roll === 3) fields.splice(at, 1);
    else fields.push([name, value]);
  }
  return headerBlock(fields);
}

function template(random: Random): CaseFrame[] {
  const block = request(random);
  const complete = flags.endHeaders | flags.endStream;
  switch (random.int(0, 10)) {
    case 0:
    case 1:
    case 2:
      return [{ type: frameTypes.headers, flags: complete, stream: 1, payload: block }];
    case 3:
      return [
        { type: frameTypes.headers, flags: flags.endHeaders, stream: 1, payload: block },
        { type: frameTypes.data, flags: flags.endStream, stream: 1, payload: Buffer.from('{"a":1}') },
      ];
    case 4: {
      const half = random.int(0, block.length);
      return [
        { type: frameTypes.headers, flags: flags.endStream, stream: 1, payload: block.subarray(0, half) },
        { type: frameTypes.continuation, flags: flags.endHeaders, stream: 1, payload: block.subarray(half) },
      ];
    }
    case 5:
      return [
        { type: frameTypes.headers, flags: flags.endHeaders, stream: 1, payload: block },
        { type: frameTypes.data, flags: 0, stream: 1, payload: Buffer.from('x') },
        {
          type: frameTypes.headers,
          flags: complete,
          stream: 1,
          payload: headerBlock([['x-trailer', random.pick(nastyTexts)]]),
        },
      ];
    case 6:
      return [
        { type: frameTypes.headers, flags: flags.endHeaders, stream: 1, payload: block },
        { type: frameTypes.resetStream, flags: 0, stream: 1, payload: number32(random) },
      ];
    case 7:
      return [{ type: frameTypes.settings, flags: 0, stream: 0, payload: setting(random) }];
    case 8:
      return [
        { type: frameTypes.headers, flags: complete, stream: 1, payload: block },
        { type: frameTypes.windowUpdate, flags: 0, stream: random.pick([0, 1]), payload: number32(random) },
      ];
    case 9:
      return [{ type: frameTypes.priority, flags: 0, stream: 1, payload: random.bytes(5) }];
    default:
      return [
        {
          type: random.int(0, 16),
          flags: random.int(0, 255),
          stream: random.int(0, 2),
          payload: random.bytes(random.pick([0, 4, 8, 17])),
        },
      ];
  }
}

const number32 = (random: Random): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(random.pick(edgeNumbers.filter((edge) => Number.isInteger(edge) && edge >= 0 && edge < 2 ** 32)));
  return bytes;
};

const setting = (random: Random): Buffer => {
  const id = Buffer.alloc(2);
  id.writeUInt16BE(random.pick(settingsNumbers));
  return Buffer.concat([id, number32(random)]);
};

function change(random: Random, frames: CaseFrame[]): void {
  const at = random.int(0, frames.length - 1);
  const frame = frames[at];
  if (frame === undefined) return;
  switch (random.int(0, 6)) {
    case 0:
      frame.flags ^= random.pick([flags.endStream, flags.endHeaders, flags.padded, flags.priority, 0x80]);
      break;
    case 1:
      frame.payload = mutateBytes(random, frame.payload);
      break;
    case 2:
      frame.stream = random.pick([0, 2, 1, 3, 0x7fffffff, 0x80000001, 4]);
      frame.exact = random.chance(0.5);
      break;
    case 3:
      frame.type = random.int(0, 12);
      break;
    case 4:
      frames.splice(at, 0, { ...frame });
      break;
    case 5:
      frames.splice(random.int(0, frames.length - 1), 1);
      break;
    default:
      // Rare, because a length beyond the payload swallows the next frames, so it is unknown which cases were read.
      if (random.chance(0.2)) frame.length = random.pick([0, 1, frame.payload.length + 1, 16_384, 16_385, 0xffffff]);
      else frame.payload = random.bytes(random.pick([0, 1, 3, 5, 9, 16_385]));
  }
}

/** An HTTP/2 connection with hand-written frames; the gateway answers a PING after each case. */
async function connect(gateway: GatewayAddress): Promise<BarrierLane<CaseFrame[]>> {
  const socket = await connectTo(gateway, 'h2');
  socket.write(greeting([[settingIds.initialWindowSize, 2 ** 31 - 1]]));
  let stream = 1;
  const lane = new BarrierLane<CaseFrame[]>(socket, {
    encode: (frames) => {
      const base = stream;
      stream += streamIds;
      return Buffer.concat(
        frames.map((frame) => {
          const own = frame.stream === 0 ? 0 : base + (frame.stream - 1) * 2;
          return encodeFrame({ ...frame, stream: frame.exact ? frame.stream : own });
        }),
      );
    },
    barrier: (number) => {
      const payload = Buffer.alloc(8);
      payload.writeUInt32BE(number, 4);
      return encodeFrame({ type: frameTypes.ping, flags: 0, stream: 0, payload });
    },
  });
  const reader = new FrameReader(({ type, flags: bits, payload }) => {
    // Answers to pings that arrived together with an error are lost, but GOAWAY names the last stream processed.
    if (type === frameTypes.goAway) lane.answered(Math.floor(((payload.readUInt32BE(0) & 0x7fffffff) - 1) / streamIds));
    if (type === frameTypes.ping && (bits & flags.ack) !== 0) lane.answered(payload.readUInt32BE(4));
  });
  socket.on('data', (chunk: Buffer) => reader.read(chunk));
  return lane;
}

/** HTTP/2 frames: requests in one, two or many, settings, resets, priorities and unknown types. */
export const http2: ListenerTarget<CaseFrame[]> = {
  kind: 'listener',
  name: 'http2',
  tls: true,
  weight: 6,
  batch: 500,
  make,
  describe: (frames) =>
    frames.map((frame) => `${frame.type}/${frame.flags}/${frame.stream} ${printable(frame.payload)}`).join(' '),
  open: async ({ gateway }) => ({
    send: (cases) => sendOver(cases, { lanes: 8, chunk: 32, connect: () => connect(gateway) }),
    close: () => {},
  }),
};
