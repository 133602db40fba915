import { StringDecoder } from 'node:string_decoder';
import type { SessionEvent } from './events.ts';

/** What the header says besides the size. None of it may contain a secret. */
export interface AsciicastHeader {
  title: string;
  command: string;
  startedAt: Date;
}

/** How long the first events wait for the size of the terminal, in milliseconds, and how many bytes of them. */
const most = { waitMs: 1_000, bytes: 64 * 1024 };
/** The size of a session without a terminal, or without a known size. */
const defaultSize = { columns: 80, rows: 24 };

/** asciicast has one code for both kinds of output, as a terminal shows both. */
const codes = { o: 'o', e: 'o', i: 'i' } as const;

/**
 * Writes events as asciicast v3 (https://docs.asciinema.org/manual/asciicast/v3/). Times are milliseconds since any one moment
 * and never decrease.
 */
export class AsciicastWriter {
  readonly #header: AsciicastHeader;
  readonly #startMs: number;
  readonly #decoders = { o: new StringDecoder('utf8'), e: new StringDecoder('utf8'), i: new StringDecoder('utf8') };
  /** Events that wait for the header. */
  #waiting: string[] | undefined = [];
  #lines: string[] = [];
  #pending = 0;
  #lastMs: number;
  #hasExited = false;

  constructor(header: AsciicastHeader, startMs: number) {
    this.#header = header;
    this.#startMs = Math.round(startMs);
    this.#lastMs = this.#startMs;
  }

  /** Characters written and not taken yet. */
  get pending(): number {
    return this.#pending;
  }

  /** Whole milliseconds from the start to the last event. */
  get durationMs(): number {
    return this.#lastMs - this.#startMs;
  }

  write(event: SessionEvent, atMs: number): void {
    if (event.kind === 'output') this.#text('o', event.data, atMs);
    else if (event.kind === 'error-output') this.#text('e', event.data, atMs);
    else if (event.kind === 'input') this.#text('i', event.data, atMs);
    else if (event.kind === 'exit') this.#exit(event, atMs);
    else if (this.#waiting === undefined) this.#line('r', `${event.columns}x${event.rows}`, atMs);
    else this.#begin(event);
  }

  /** A remark of ours, which players show on the timeline. */
  mark(text: string, atMs: number): void {
    this.#line('m', text, atMs);
  }

  /** No event follows. */
  end(atMs: number): void {
    for (const stream of ['o', 'e', 'i'] as const) {
      const rest = this.#decoders[stream].end();
      if (rest !== '') this.#line(codes[stream], rest, atMs);
    }
    if (this.#waiting !== undefined) this.#begin(defaultSize);
  }

  /** Everything written since, as whole lines; empty while the header waits for the size of the terminal. */
  take(atMs: number): string {
    if (this.#waiting !== undefined && this.#waiting.length > 0 && atMs - this.#startMs >= most.waitMs)
      this.#begin(defaultSize);
    const text = this.#lines.join('');
    if (this.#waiting === undefined) this.#pending = 0;
    this.#lines = [];
    return text;
  }

  #text(stream: 'o' | 'e' | 'i', data: Uint8Array, atMs: number): void {
    // A character split between two chunks is written with the second.
    const text = this.#decoders[stream].write(Buffer.from(data.buffer, data.byteOffset, data.byteLength));
    if (text !== '') this.#line(codes[stream], text, atMs);
  }

  #exit({ code, message }: { code: number | null; message: string }, atMs: number): void {
    if (this.#hasExited) return;
    this.#hasExited = true;
    if (code === null) this.#line('m', message === '' ? 'Ended' : `Ended: ${message}`, atMs);
    else this.#line('x', String(code), atMs);
  }

  #line(code: string, data: string, atMs: number): void {
    // In whole milliseconds, so that the rounding of intervals does not add up.
    const at = Math.max(this.#lastMs, Math.round(atMs));
    const line = `[${((at - this.#lastMs) / 1_000).toFixed(3)},"${code}",${JSON.stringify(data)}]\n`;
    this.#lastMs = at;
    this.#pending += line.length;
    if (this.#waiting === undefined) this.#lines.push(line);
    else {
      this.#waiting.push(line);
      if (this.#pending > most.bytes) this.#begin(defaultSize);
    }
  }

  #begin({ columns, rows }: { columns: number; rows: number }): void {
    const { title, command, startedAt } = this.#header;
    const header = {
      version: 3,
      term: { cols: columns, rows },
      timestamp: Math.floor(startedAt.getTime() / 1_000),
      ...(command === '' ? {} : { command }),
      title,
    };
    const line = `${JSON.stringify(header)}\n`;
    this.#pending += line.length;
    this.#lines.push(line, ...(this.#waiting ?? []));
    this.#waiting = undefined;
  }
}
