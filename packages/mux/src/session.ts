import { EventEmitter } from 'node:events';
import { Acknowledgement } from './acknowledgement.ts';
import { Channel, type ChannelHost } from './channel.ts';
import { drainCloseCode, limitCloseCode, protocolCloseCode, resetCodeOf, resetCodes } from './codes.ts';
import {
  DrainingError,
  HeadTooLargeError,
  printable,
  SessionClosedError,
  StreamResetError,
  TooManyStreamsError,
  UnprocessedError,
} from './errors.ts';
import {
  decodeFrame,
  encodeGoAway,
  encodePing,
  encodeReset,
  type Frame,
  FrameType,
  headerBytes,
  maxHeadBytes,
  openHeader,
} from './frame.ts';
import { copyOf } from './inbox.ts';
import { type MuxOptions, muxOptions } from './options.ts';
import { Pings } from './pings.ts';
import { Places } from './places.ts';
import { WindowBudget } from './receive-window.ts';
import { SendQueue, type SendQueueHost } from './send-queue.ts';
import { MuxStream } from './stream.ts';
import type { MessageTransport } from './transport.ts';

/** The gateway opens odd stream ids, the agent even ones. */
export type Role = 'gateway' | 'agent';

/** A received GOAWAY: the peer opens and accepts no more streams. */
export interface GoAway {
  code: number;
  /** The last stream of ours that the peer processed; later ones are reset here as `gone` and can be retried elsewhere. */
  lastStream: number;
  retryAfterMs: number;
  prefer: string[];
}

/** How a session ended; `remote` if the peer or the network ended it. */
export interface SessionClose {
  code: number;
  reason: string;
  remote: boolean;
}

const ackDelayMs = 25;
const measureEveryMs = 5000;
const inFlightPerRoundTripMs = 1024 * 1024;
const ignore = (): void => {};

/**
 * Streams over one message transport (docs/protocol.md). No input makes it throw: an invalid frame closes this session
 * with 4400, an error within a stream resets only that stream. Streams that the peer opens are emitted as 'stream';
 * they are queued until there is a listener.
 */
export class MuxSession extends EventEmitter<{
  stream: [MuxStream];
  goaway: [GoAway];
  /** Our stream ids are exhausted: a GOAWAY was sent, and the session closes with its last stream. */
  spent: [];
  close: [SessionClose];
}> {
  readonly #transport: MessageTransport;
  readonly #options: MuxOptions;
  readonly #channels = new Map<number, Channel>();
  readonly #queue: SendQueue;
  readonly #host: ChannelHost & SendQueueHost;
  readonly #pings: Pings;
  readonly #acknowledgement = new Acknowledgement();
  readonly #unclaimed: MuxStream[] = [];
  readonly #drained: (() => void)[] = [];
  readonly #ownPlaces: Places;
  readonly #peerPlaces: Places;
  readonly #firstPeerId: number;
  #nextId: number;
  #highestPeerId = 0;
  #interactiveOpen = 0;
  #goAwaySent = false;
  #goAwayReceived = false;
  #isAckDue = false;
  #ackTimer: NodeJS.Timeout | undefined;
  #closed: SessionClose | undefined;
  #bytesIn = 0;
  #bytesOut = 0;
  #lastReceivedAt: number;

  constructor(transport: MessageTransport, options: { role: Role } & Partial<MuxOptions>) {
    super();
    this.#transport = transport;
    this.#options = muxOptions(options);
    this.#ownPlaces = new Places(this.#options.maxStreams);
    this.#peerPlaces = new Places(this.#options.maxPeerStreams);
    this.#nextId = options.role === 'gateway' ? 1 : 2;
    this.#firstPeerId = options.role === 'gateway' ? 2 : 1;
    this.#pings = new Pings(this.#options.now);
    this.#lastReceivedAt = this.#options.now();
    this.#host = this.#makeHost();
    this.#queue = new SendQueue(this.#host, this.#options.bulkChunk);
    transport.onmessage = (parts) => this.#onMessage(parts);
    transport.ondrain = () => this.#queue.flush();
    transport.onclose = (code, reason) => this.#over({ code, reason: printable(reason), remote: true });
    (this as EventEmitter).on('newListener', (name) => {
      if (name === 'stream' && this.#unclaimed.length > 0) queueMicrotask(() => this.#claim());
    });
    this.#measure();
  }

  get closed(): boolean {
    return this.#closed !== undefined;
  }

  /** Streams of both sides that are open on the wire or hold bytes that their reader has not read. */
  get streamCount(): number {
    return this.#ownPlaces.taken + this.#peerPlaces.taken;
  }

  /** Lowest of the recent PING round trips, in milliseconds. */
  get roundTripMs(): number | undefined {
    return this.#pings.roundTripMs;
  }

  /** Bytes of frames received, headers included. */
  get bytesIn(): number {
    return this.#bytesIn;
  }

  get bytesOut(): number {
    return this.#bytesOut;
  }

  /** When the last frame arrived, in milliseconds of `MuxOptions.now`; before the first frame, the session's start. */
  get lastReceivedAt(): number {
    return this.#lastReceivedAt;
  }

  /** Counted frames that the peer has not acknowledged. */
  get unacknowledgedFrames(): number {
    return this.#acknowledgement.unacknowledgedFrames;
  }

  /** Whether a GOAWAY was sent or received: `open` throws. */
  get draining(): boolean {
    return this.#goAwaySent || this.#goAwayReceived;
  }

  /**
   * Opens a stream, which can be written immediately, without waiting for the peer. `interactive` streams are sent before
   * others; `end` means that no bytes follow the head. When the ids are exhausted the session drains (GOAWAY).
   * @throws SessionClosedError, DrainingError, TooManyStreamsError (also when too many heads wait to be sent),
   * HeadTooLargeError for a head above 64 KiB.
   */
  open(head: Uint8Array, options: { interactive?: boolean; end?: boolean } = {}): MuxStream {
    if (this.#closed !== undefined) throw new SessionClosedError(closedText(this.#closed));
    if (this.draining) throw new DrainingError('the tunnel is draining');
    if (this.#nextId > this.#options.lastStreamId) {
      this.#drainForGood();
      throw new DrainingError('the stream ids of this tunnel are used up');
    }
    if (this.#ownPlaces.isFull) {
      throw new TooManyStreamsError(`${this.#ownPlaces.taken} streams are open on this tunnel`);
    }
    if (head.length > maxHeadBytes) throw new HeadTooLargeError(`a head has at most ${maxHeadBytes} bytes`);
    if (!this.#hasHeadRoom(head)) {
      throw new TooManyStreamsError(`requests of ${this.#queue.headBytes} bytes wait to be sent on this tunnel`);
    }
    const { interactive = false, end = false } = options;
    const id = this.#nextId;
    this.#nextId += 2;
    const wide = this.#ownPlaces.isNextWide;
    const channel = this.#add(new Channel(this.#host, { id, head, interactive, opener: true, wide, end }));
    channel.openFrame = this.#queue.head(openHeader(id, { interactive, end, narrow: !wide }), head);
    return new MuxStream(channel);
  }

  /** Measures the round trip, in milliseconds. Rejects with SessionClosedError if the session ends first. */
  ping(): Promise<number> {
    if (this.#closed !== undefined) return Promise.reject(new SessionClosedError(closedText(this.#closed)));
    const { opaque, answer } = this.#pings.start();
    this.#queue.control(encodePing(FrameType.ping, opaque));
    return answer;
  }

  /** Tells the peer to connect elsewhere: open streams continue, new ones are refused on both sides. */
  goAway(options: { code: number; retryAfterMs: number; prefer?: string[] }): void {
    if (this.#closed !== undefined) return;
    this.#goAwaySent = true;
    const { code, retryAfterMs, prefer = [] } = options;
    this.#queue.control(encodeGoAway({ lastStream: this.#highestPeerId, code, retryAfterMs, prefer }));
  }

  /**
   * Sends a GOAWAY (unless one was sent) and waits until all streams have ended on the wire; after `timeoutMs`, if given,
   * resets the rest as `gone`. Readers can still read the bytes already received, which needs no tunnel.
   */
  async drain(timeoutMs?: number): Promise<void> {
    if (!this.#goAwaySent) this.goAway({ code: drainCloseCode, retryAfterMs: 0 });
    if (this.#channels.size === 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#drained.push(resolve);
    const cut = (): void => {
      for (const channel of [...this.#channels.values()])
        channel.reset('gone', 'the tunnel was closed for maintenance');
    };
    const timer = timeoutMs === undefined ? undefined : setTimeout(cut, timeoutMs);
    await promise;
    clearTimeout(timer);
  }

  /** Ends the session immediately: open streams end with `gone`; queued control frames (resets) are still sent. */
  close(code: number, reason: string): void {
    if (this.#closed !== undefined) return;
    this.#over({ code, reason, remote: false });
    this.#transport.close(code, reason);
  }

  #makeHost(): ChannelHost & SendQueueHost {
    const session = this;
    const budget = new WindowBudget(this.#options.windowBudget);
    return {
      budget,
      maxWindow: this.#options.maxWindow,
      abortLingerMs: this.#options.abortLingerMs,
      now: this.#options.now,
      get roundTripMs() {
        return session.#pings.roundTripMs;
      },
      get hasRoom() {
        return session.#transport.bufferedAmount < session.#options.transportBuffer;
      },
      get bulkHasRoom() {
        return session.#bulkHasRoom;
      },
      get chunkBytes() {
        return session.#interactiveOpen > 0 ? session.#options.interactiveChunk : session.#options.bulkChunk;
      },
      wake: (channel) => this.#queue.wake(channel),
      control: (...frame) => this.#queue.control(...frame),
      accept: (...frame) => {
        const [, head = frame[0]] = frame;
        if (head !== undefined && !this.#hasHeadRoom(head)) return false;
        this.#queue.head(...frame);
        return true;
      },
      withdraw: (channel) => channel.openFrame !== undefined && this.#queue.withdraw(channel.openFrame),
      answer: (frame) => this.#queue.answer(frame),
      send: (frame) => this.#transmit(frame),
      transmit: (frame) => this.#transmit(frame),
      takeAck: () => this.#takeAck(),
      ended: (channel) => this.#remove(channel),
      released: (channel) => this.#placesOf(channel).released(channel),
    };
  }

  /** Whether another OPEN or ACCEPT may wait. The first always may, whatever the limit: a head has up to 64 KiB. */
  #hasHeadRoom(head: Uint8Array): boolean {
    const { headBytes } = this.#queue;
    return headBytes === 0 || headBytes + head.length <= this.#options.maxControlBytes;
  }

  /** No more streams can be opened here: the agent should dial another tunnel, and this one closes when it is idle. */
  #drainForGood(): void {
    const spent = 'the stream ids of this tunnel are used up';
    this.emit('spent');
    this.drain().then(() => this.close(drainCloseCode, spent), ignore);
  }

  /** Bytes in flight sit in the buffers of both kernels, where a keystroke has to wait behind them. */
  get #bulkHasRoom(): boolean {
    if (this.#interactiveOpen === 0) return true;
    const roundTripMs = this.#pings.roundTripMs;
    if (roundTripMs === undefined) return true;
    const limit = this.#options.interactiveInFlight + roundTripMs * inFlightPerRoundTripMs;
    return this.#acknowledgement.unacknowledgedBytes < limit;
  }

  #transmit(frame: readonly Uint8Array[]): void {
    const type = frame[0]?.[0] ?? 0;
    let length = 0;
    for (const part of frame) length += part.length;
    if (type <= FrameType.credit) this.#acknowledgement.sent(type === FrameType.data ? length - headerBytes : 0);
    this.#bytesOut += length;
    this.#transport.send(frame);
  }

  #takeAck(): Uint8Array | undefined {
    if (!this.#isAckDue) return undefined;
    this.#isAckDue = false;
    return this.#acknowledgement.encode();
  }

  #onMessage(parts: readonly Uint8Array[]): void {
    if (this.#closed !== undefined) return;
    for (const part of parts) this.#bytesIn += part.length;
    this.#lastReceivedAt = this.#options.now();
    const frame = decodeFrame(parts);
    const violation = frame.type === 'invalid' ? frame.reason : this.#onFrame(frame);
    if (violation !== undefined) {
      this.close(protocolCloseCode, `protocol error: ${violation}`);
    } else if (this.#queue.answerBytes > this.#options.maxControlBytes) {
      this.close(limitCloseCode, 'answers are asked for and not read');
    }
  }

  #onFrame(frame: Frame): string | undefined {
    if (frame.type <= FrameType.credit) this.#count(frame.type === FrameType.data ? frame.length : 0);
    switch (frame.type) {
      case FrameType.open:
        return this.#onOpen(frame);
      case FrameType.accept:
        return this.#known(frame.stream) ?? this.#channels.get(frame.stream)?.onAccept(frame.head, frame.end);
      case FrameType.data:
        if (this.#lastReceivedAt - this.#pings.lastSentAt > measureEveryMs) this.#measure();
        return this.#known(frame.stream) ?? this.#channels.get(frame.stream)?.onData(frame.parts, frame.length);
      case FrameType.end:
        return this.#known(frame.stream) ?? this.#channels.get(frame.stream)?.onEnd();
      case FrameType.reset:
        this.#onReset(frame);
        return this.#known(frame.stream);
      case FrameType.credit:
        this.#channels.get(frame.stream)?.onCredit(frame.bytes);
        return this.#known(frame.stream);
      case FrameType.ack:
        if (!this.#acknowledgement.onAck(frame.frames, frame.bytes)) return 'ACK of what was not sent';
        this.#queue.flushSoon();
        return undefined;
      case FrameType.ping:
        this.#queue.control(encodePing(FrameType.pong, frame.opaque));
        return undefined;
      case FrameType.pong:
        this.#pings.onPong(frame.opaque);
        if (this.#pings.wantsMore) this.#measure();
        return undefined;
      case FrameType.goaway:
        this.#onGoAway(frame);
        return undefined;
    }
  }

  #onOpen(frame: Frame & { type: typeof FrameType.open }): string | undefined {
    if (frame.stream % 2 !== this.#firstPeerId % 2) return "OPEN of an id of the other side's";
    if (frame.stream <= this.#highestPeerId) return 'OPEN of an id used before';
    this.#highestPeerId = frame.stream;
    const wide = !frame.narrow;
    const refusal = this.#goAwaySent ? 'gone' : this.#peerPlaces.refuses({ wide }) ? 'limit' : undefined;
    if (refusal !== undefined) {
      this.#queue.control(encodeReset(frame.stream, { code: resetCodes[refusal].wire, reason: '', abort: false }));
      return undefined;
    }
    const { stream: id, interactive, end } = frame;
    // The head outlives the read buffer that contains it.
    const head = copyOf(frame.head);
    const channel = this.#add(new Channel(this.#host, { id, head, interactive, opener: false, wide, end }));
    const stream = new MuxStream(channel);
    this.#unclaimed.push(stream);
    this.#claim();
    return undefined;
  }

  #onReset({ stream, code, reason, abort }: Frame & { type: typeof FrameType.reset }): void {
    const error = new StreamResetError(resetCodeOf(code), reason, true);
    const channel = this.#channels.get(stream);
    if (abort) channel?.onAbort(error);
    else channel?.fail(error);
  }

  /** Emits the streams that wait, as long as there is a listener: `once` takes one of them. */
  #claim(): void {
    while (this.listenerCount('stream') > 0) {
      const stream = this.#unclaimed.shift();
      if (stream === undefined) return;
      if (stream.destroyed) continue;
      try {
        this.emit('stream', stream);
      } catch (error) {
        stream.destroy(error instanceof Error ? error : new Error(String(error)));
      }
    }
  }

  #onGoAway(frame: Frame & { type: typeof FrameType.goaway }): void {
    this.#goAwayReceived = true;
    const { code, lastStream, retryAfterMs, prefer } = frame;
    for (const channel of [...this.#channels.values()]) {
      if (channel.opener && channel.id > lastStream) {
        channel.fail(new UnprocessedError());
      }
    }
    this.emit('goaway', { code, lastStream, retryAfterMs, prefer });
  }

  /** @returns undefined for an id that is or was open, otherwise the violation. */
  #known(id: number): string | undefined {
    const isPeers = id % 2 === this.#firstPeerId % 2;
    if (isPeers ? id <= this.#highestPeerId : id < this.#nextId) return undefined;
    return 'a frame for a stream that was never opened';
  }

  #count(dataBytes: number): void {
    if (this.#acknowledgement.received(dataBytes)) this.#askAck();
    else this.#ackTimer ??= setTimeout(this.#askAck, ackDelayMs);
  }

  /** Called by the timer: makes the ACK due. */
  readonly #askAck = (): void => {
    clearTimeout(this.#ackTimer);
    this.#ackTimer = undefined;
    if (!this.#acknowledgement.owed) return;
    this.#isAckDue = true;
    this.#queue.flushAfterReads();
  };

  #measure(): void {
    this.ping().catch(ignore);
  }

  #add(channel: Channel): Channel {
    this.#channels.set(channel.id, channel);
    this.#placesOf(channel).opened(channel);
    if (channel.interactive) this.#interactiveOpen++;
    return channel;
  }

  #placesOf(channel: Channel): Places {
    return channel.opener ? this.#ownPlaces : this.#peerPlaces;
  }

  #remove(channel: Channel): void {
    if (!this.#channels.delete(channel.id)) return;
    this.#host.withdraw(channel);
    this.#placesOf(channel).ended();
    if (channel.interactive && --this.#interactiveOpen === 0) this.#queue.flushSoon();
    if (this.#channels.size === 0) for (const resolve of this.#drained.splice(0)) resolve();
  }

  #over(close: SessionClose): void {
    if (this.#closed !== undefined) return;
    this.#closed = close;
    this.#queue.stop();
    clearTimeout(this.#ackTimer);
    const text = closedText(close);
    for (const channel of [...this.#channels.values()]) channel.fail(new StreamResetError('gone', text, close.remote));
    this.#pings.fail(text);
    this.emit('close', close);
  }
}

function closedText(close: SessionClose): string {
  return `the tunnel was closed (${close.code}${close.reason === '' ? '' : ` ${close.reason}`})`;
}
