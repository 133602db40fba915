import type { ChannelName, Channels } from '../channels.ts';
import { Base64Reader } from './base64-reader.ts';
import { type MessageHandler, MessageReader, opcodes } from './frame-reader.ts';

/** The channel is the first byte of each message: a number, or in the base64 protocols its digit. */
const channelNames: readonly ChannelName[] = ['stdin', 'stdout', 'stderr', 'error', 'resize'];
const upChannels: ReadonlySet<ChannelName> = new Set(['stdin', 'resize']);
const zero = 0x30;

/** An exec or attach over WebSocket: `channel.k8s.io`, `v4.…`, `v5.…`, and their base64 variants. */
export class WebSocketSession {
  readonly #channels: Channels;
  readonly #isBase64: boolean;
  readonly #up: MessageReader;
  readonly #down: MessageReader;

  constructor(channels: Channels, { isBase64 }: { isBase64: boolean }) {
    this.#channels = channels;
    this.#isBase64 = isBase64;
    const handler = (isUp: boolean): Messages => new Messages({ channels, isBase64, isUp });
    this.#up = new MessageReader(handler(true));
    this.#down = new MessageReader(handler(false));
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
    if (!this.#down.isBetweenMessages) return undefined;
    const message = this.#isBase64
      ? frame(opcodes.text, Buffer.from(`3${Buffer.from(status).toString('base64')}`))
      : frame(opcodes.binary, Buffer.concat([Buffer.of(3), Buffer.from(status)]));
    const normalClosure = Buffer.from([0x03, 0xe8]);
    return Buffer.concat([message, frame(opcodes.close, normalClosure)]);
  }
}

/** The messages of one direction. */
class Messages implements MessageHandler {
  readonly #options: { channels: Channels; isBase64: boolean; isUp: boolean };
  readonly #base64 = new Base64Reader();
  /** Undefined until the first byte of a message; null for a channel that means nothing. */
  #channel: ChannelName | null | undefined;

  constructor(options: { channels: Channels; isBase64: boolean; isUp: boolean }) {
    this.#options = options;
  }

  get skips(): boolean {
    return this.#channel === null;
  }

  onData(bytes: Uint8Array): void {
    const data = this.#channel === undefined ? this.#begin(bytes) : bytes;
    if (this.#channel == null) return;
    this.#options.channels.push(this.#channel, this.#options.isBase64 ? this.#base64.push(data) : data);
  }

  onEnd(): void {
    const channel = this.#channel;
    this.#channel = undefined;
    if (channel == null) return;
    if (this.#options.isBase64) this.#base64.end();
    if (channel === 'error') this.#options.channels.end(channel);
  }

  /** @returns what follows the number of the channel. */
  #begin(bytes: Uint8Array): Uint8Array {
    const { channels, isBase64, isUp } = this.#options;
    const name = channelNames[(bytes[0] ?? 255) - (isBase64 ? zero : 0)];
    // What a side sends on a channel of the other is ignored by that, too.
    this.#channel = name !== undefined && upChannels.has(name) === isUp && channels.wants(name) ? name : null;
    return bytes.subarray(1);
  }
}

/** A frame from the server, which is not masked. */
function frame(opcode: number, payload: Buffer): Buffer {
  const head = payload.length < 126 ? Buffer.of(0x80 | opcode, payload.length) : Buffer.of(0x80 | opcode, 126, 0, 0);
  if (payload.length >= 126) head.writeUInt16BE(payload.length, 2);
  return Buffer.concat([head, payload]);
}
