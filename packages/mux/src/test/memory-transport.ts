import type { MessageTransport } from '../transport.ts';

export interface MemoryOptions {
  /** Numbers in [0, 1) that decide how many messages arrive per turn of the event loop, and in how many parts. */
  random?: () => number;
  /** Nothing is delivered until the test calls `deliver`. */
  manual?: boolean;
}

type Item = Buffer | { code: number; reason: string };

/** One end of a pair of in-memory transports. */
export class MemoryTransport implements MessageTransport {
  onmessage: ((parts: readonly Uint8Array[]) => void) | undefined;
  ondrain: (() => void) | undefined;
  onclose: ((code: number, reason: string) => void) | undefined;
  /** Types of the messages sent, the first byte of each, in order. */
  readonly sentTypes: number[] = [];
  peer: MemoryTransport | undefined;
  readonly #options: MemoryOptions;
  readonly #queue: Item[] = [];
  #buffered = 0;
  #isScheduled = false;
  #isClosing = false;
  #isClosed = false;
  #isMuted = false;

  constructor(options: MemoryOptions) {
    this.#options = options;
  }

  get bufferedAmount(): number {
    return this.#buffered;
  }

  /** Messages in flight. */
  get queued(): number {
    return this.#queue.length;
  }

  send(parts: readonly Uint8Array[]): void {
    if (this.#isClosing || this.#isClosed) return;
    const message = Buffer.concat(parts);
    this.sentTypes.push(message[0] ?? 0);
    this.#queue.push(message);
    this.#buffered += message.length;
    this.#schedule();
  }

  close(code: number, reason: string): void {
    if (this.#isClosing || this.#isClosed) return;
    this.#isClosing = true;
    this.#queue.push({ code, reason });
    this.#schedule();
  }

  terminate(): void {
    this.#end(1006, 'terminated');
  }

  get isMuted(): boolean {
    return this.#isMuted;
  }

  /** Drops everything sent from now on, as over a broken connection. */
  mute(): void {
    this.#isMuted = true;
  }

  /** Delivers up to `count` messages to the peer. */
  deliver(count: number): void {
    for (let i = 0; i < count && !this.#isClosed; i++) {
      const item = this.#queue.shift();
      if (item === undefined) break;
      if (this.#isMuted) {
        this.#buffered -= Buffer.isBuffer(item) ? item.length : 0;
        continue;
      }
      if (!Buffer.isBuffer(item)) {
        this.#end(item.code, item.reason);
        return;
      }
      this.#buffered -= item.length;
      this.peer?.onmessage?.(this.#cut(item));
    }
    if (!this.#isClosed) this.ondrain?.();
  }

  /** The message whole or, given `random`, split anywhere into up to three parts. */
  #cut(message: Buffer): Buffer[] {
    const random = this.#options.random;
    if (random === undefined || random() < 0.5) return [message];
    const first = Math.floor(random() * message.length);
    const second = first + Math.floor(random() * (message.length - first));
    return [message.subarray(0, first), message.subarray(first, second), message.subarray(second)];
  }

  #schedule(): void {
    if (this.#isScheduled || this.#options.manual === true || this.#isClosed) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      const random = this.#options.random?.() ?? 1;
      // In some turns nothing arrives.
      this.deliver(random < 0.2 ? 0 : Math.ceil(random * 16));
      if (this.#queue.length > 0) this.#schedule();
    });
  }

  #end(code: number, reason: string): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#queue.length = 0;
    this.#buffered = 0;
    this.onclose?.(code, reason);
    if (this.peer !== undefined) this.peer.#end(code, reason);
  }
}

/** Two transports that are each other's peer. */
export function memoryPair(options: MemoryOptions = {}): { gateway: MemoryTransport; agent: MemoryTransport } {
  const gateway = new MemoryTransport(options);
  const agent = new MemoryTransport(options);
  gateway.peer = agent;
  agent.peer = gateway;
  return { gateway, agent };
}
