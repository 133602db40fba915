import type { ChannelName, Channels } from '../channels.ts';
import { UnreadableError } from '../events.ts';
import { type FrameHandler, type FrameHead, FrameReader } from './frame-reader.ts';
import { HeaderBlocks } from './header-blocks.ts';

const SYN_STREAM = 1;
const HEADERS = 8;
const FIN = 1;
/** The largest control frame that is read; kubectl's have about 60 bytes. */
const maxControlFrame = 64 * 1024;
/** kubectl opens at most five streams. */
const maxStreams = 100;

const streamTypes: ReadonlySet<string> = new Set<ChannelName>(['stdin', 'stdout', 'stderr', 'error', 'resize']);

/** An exec or attach over SPDY/3.1. The client opens a stream for each channel and names it in the header `streamtype`. */
export class SpdySession {
  readonly #channels: Channels;
  readonly #streams = new Map<number, ChannelName>();
  readonly #up: FrameReader;
  readonly #down: FrameReader;

  constructor(channels: Channels) {
    this.#channels = channels;
    const opened = (id: number, type: string): void => {
      if (this.#streams.size >= maxStreams) throw new UnreadableError('too many streams were opened');
      if (streamTypes.has(type)) this.#streams.set(id, type as ChannelName);
    };
    this.#up = new FrameReader(new Direction({ streams: this.#streams, channels, opened }));
    this.#down = new FrameReader(new Direction({ streams: this.#streams, channels, opened: undefined }));
  }

  up(bytes: Uint8Array): void {
    this.#up.push(bytes);
  }

  down(bytes: Uint8Array): void {
    this.#down.push(bytes);
  }

  close(): void {
    this.#channels.end('error');
  }

  /** See `SessionReader.ending`. */
  ending(status: string): Uint8Array | undefined {
    const error = [...this.#streams].find(([, type]) => type === 'error')?.[0];
    if (error === undefined || !this.#down.isBetweenFrames) return undefined;
    const outputs = [...this.#streams].filter(([, type]) => type === 'stdout' || type === 'stderr');
    return Buffer.concat([
      dataFrame(error, Buffer.from(status)),
      ...outputs.map(([stream]) => dataFrame(stream, Buffer.alloc(0))),
    ]);
  }
}

interface DirectionOptions {
  streams: ReadonlyMap<number, ChannelName>;
  channels: Channels;
  /** Undefined for the direction from the server, whose headers nobody needs. */
  opened: ((stream: number, type: string) => void) | undefined;
}

/** One direction: opens streams, or not, and carries data. */
class Direction implements FrameHandler {
  readonly #options: DirectionOptions;
  /** Made when it is needed: it has a window of 32 KiB. */
  #headers: HeaderBlocks | undefined;
  #frame: FrameHead = { type: null, stream: 0, flags: 0, length: 0 };
  #channel: ChannelName | undefined;
  /** The parts of a control frame that is read. */
  #control: Buffer[] | undefined;

  constructor(options: DirectionOptions) {
    this.#options = options;
  }

  onHead(head: FrameHead): void {
    this.#frame = head;
    this.#channel = head.type === null ? this.#options.streams.get(head.stream) : undefined;
    // Every block of headers has to be decompressed, because the later ones depend on it.
    const isRead = this.#options.opened !== undefined && (head.type === SYN_STREAM || head.type === HEADERS);
    this.#control = isRead ? [] : undefined;
    if (isRead && head.length > maxControlFrame) throw new UnreadableError('the headers of a stream are too large');
  }

  onPayload(bytes: Uint8Array): void {
    if (this.#channel !== undefined) this.#options.channels.push(this.#channel, bytes);
    else this.#control?.push(Buffer.from(bytes));
  }

  onEnd(): void {
    if (this.#channel !== undefined && (this.#frame.flags & FIN) !== 0) this.#options.channels.end(this.#channel);
    if (this.#control !== undefined) this.#readControl(Buffer.concat(this.#control));
    this.#control = undefined;
  }

  #readControl(payload: Buffer): void {
    const isOpening = this.#frame.type === SYN_STREAM;
    const headersAt = isOpening ? 10 : 4;
    if (payload.length < headersAt) throw new UnreadableError('a frame ends too early');
    this.#headers ??= new HeaderBlocks();
    const headers = this.#headers.read(payload.subarray(headersAt));
    const type = headers.get('streamtype');
    if (isOpening && type !== undefined) this.#options.opened?.(payload.readUInt32BE(0) & 0x7fff_ffff, type);
  }
}

function dataFrame(stream: number, data: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(stream, 0);
  head.writeUInt8(FIN, 4);
  head.writeUIntBE(data.length, 5, 3);
  return Buffer.concat([head, data]);
}
