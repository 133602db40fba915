import type { SessionEvent } from './events.ts';
import { ExitReader } from './exit-status.ts';
import { SizeReader } from './size-reader.ts';

/** The streams of an exec or attach, by the names that they have in both protocols. */
export type ChannelName = 'stdin' | 'stdout' | 'stderr' | 'error' | 'resize';

export interface ChannelsOptions {
  onEvent(event: SessionEvent): void;
  /** Whether input is reported. */
  input: boolean;
}

/** Turns the bytes of a session's streams into events. */
export class Channels {
  readonly #onEvent: (event: SessionEvent) => void;
  readonly #input: boolean;
  readonly #sizes: SizeReader;
  readonly #exit = new ExitReader();

  constructor({ onEvent, input }: ChannelsOptions) {
    this.#onEvent = onEvent;
    this.#input = input;
    this.#sizes = new SizeReader((size) => onEvent({ kind: 'resize', ...size }));
  }

  /** Whether bytes of this stream mean anything here; a reader need not decode the others. */
  wants(name: ChannelName): boolean {
    return name !== 'stdin' || this.#input;
  }

  push(name: ChannelName, data: Uint8Array): void {
    if (data.byteLength === 0 || !this.wants(name)) return;
    if (name === 'stdout') this.#onEvent({ kind: 'output', data });
    else if (name === 'stderr') this.#onEvent({ kind: 'error-output', data });
    else if (name === 'stdin') this.#onEvent({ kind: 'input', data });
    else if (name === 'resize') this.#sizes.push(data);
    else this.#exit.push(data);
  }

  /** A message or a stream is complete. */
  end(name: ChannelName): void {
    const exit = name === 'error' ? this.#exit.take() : undefined;
    if (exit !== undefined) this.#onEvent({ kind: 'exit', ...exit });
  }
}
