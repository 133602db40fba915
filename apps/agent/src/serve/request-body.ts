import type { Writable } from 'node:stream';
import type { MuxStream } from '@postern/mux';

/** Bytes of a request's body that are kept for sending it again. */
const keptBytes = 64 * 1024;

/**
 * The body of a request from the tunnel. Its beginning is kept until the apiserver has responded, so that it can be sent again
 * on another connection. It ends properly at the apiserver only if it ended properly in the tunnel.
 */
export class RequestBody {
  readonly #stream: MuxStream;
  readonly #declared: number | undefined;
  #target: Writable | undefined;
  #kept: Buffer[] | undefined = [];
  #bytes = 0;
  #hasEnded = false;
  #isReading = false;
  #isDone = false;

  /** @param declared the value of Content-Length: a request whose body has another length is refused. */
  constructor(stream: MuxStream, declared: number | undefined) {
    this.#stream = stream;
    this.#declared = declared;
  }

  /** Whether everything read so far can be sent again. */
  get canRepeat(): boolean {
    return this.#kept !== undefined;
  }

  /** Sends the body from its beginning. An earlier target gets nothing more. */
  sendTo(target: Writable): void {
    this.#target = target;
    const onEnded = (): void => this.#lose(target);
    target.on('error', onEnded);
    target.once('close', onEnded);
    target.on('drain', () => {
      if (this.#target === target) this.#stream.resume();
    });
    for (const chunk of this.#kept ?? []) target.write(chunk);
    if (this.#hasEnded) this.#end();
    else if (this.#isReading) this.#stream.resume();
    else this.#read();
  }

  /**
   * Call when the body will not be sent again. The current target still gets the rest for as long as it accepts it; anything
   * after that is discarded, so that the stream can end.
   */
  release(): void {
    this.#isDone = true;
    this.#kept = undefined;
    if (this.#target === undefined) this.#stream.resume();
  }

  #read(): void {
    this.#isReading = true;
    this.#stream.on('data', (chunk: Buffer) => this.#onData(chunk));
    this.#stream.once('end', () => {
      this.#hasEnded = true;
      this.#end();
    });
  }

  #onData(chunk: Buffer): void {
    this.#bytes += chunk.length;
    if (this.#declared !== undefined && this.#bytes > this.#declared) {
      this.#stream.reset('refused', 'the body of the request is longer than its Content-Length');
      return;
    }
    if (this.#kept !== undefined) {
      if (this.#bytes <= keptBytes) this.#kept.push(chunk);
      else this.#kept = undefined;
    }
    const target = this.#target;
    if (target?.writable === true) {
      if (!target.write(chunk)) this.#stream.pause();
    } else if (!this.#isDone) {
      // Until it is sent again or released.
      this.#stream.pause();
    }
  }

  #end(): void {
    if (this.#declared !== undefined && this.#bytes < this.#declared) {
      this.#stream.reset('refused', 'the body of the request is shorter than its Content-Length');
      return;
    }
    if (this.#target?.writable === true) this.#target.end();
  }

  #lose(target: Writable): void {
    if (this.#target !== target) return;
    this.#target = undefined;
    if (this.#isDone) this.#stream.resume();
  }
}
