import type { IncomingMessage } from 'node:http';
import { Http2ServerRequest } from 'node:http2';
import type { ClusterStream } from '../connector/cluster-connector.ts';

/** Bytes kept for sending again. A larger body is sent only once. */
const maxKept = 64 * 1024;

/**
 * The body of a client's request on its way to the cluster, with back-pressure. Until `forget`, its first 64 KiB are kept so
 * that it can be sent from the beginning to another stream. A body that the client broke off resets the stream: the cluster
 * must never take it for a complete one.
 */
export class RequestBody {
  readonly #request: IncomingMessage | Http2ServerRequest;
  #stream: ClusterStream | undefined;
  #kept: Buffer[] | undefined = [];
  #keptBytes = 0;
  #state: 'coming' | 'complete' | 'broken' = 'coming';

  constructor(request: IncomingMessage | Http2ServerRequest) {
    this.#request = request;
    request.once('end', () => this.#over(isComplete(request) ? 'complete' : 'broken'));
    request.once('error', () => this.#over('broken'));
    request.once('close', () => this.#over('broken'));
  }

  /** Whether everything received so far can be sent again. */
  get isRepeatable(): boolean {
    return this.#kept !== undefined && this.#state !== 'broken';
  }

  /** Sends the body from its beginning; a stream passed earlier gets nothing more. */
  sendTo(stream: ClusterStream): void {
    // Not earlier: without a stream, no more may be read than is kept.
    if (this.#stream === undefined) this.#request.on('data', this.#onData);
    this.#stream = stream;
    stream.on('drain', () => this.#request.resume());
    // The response may be complete before the body is. The rest is discarded, or the connection would hang.
    stream.once('close', () => this.#request.resume());
    for (const chunk of this.#kept ?? []) stream.write(chunk);
    this.#tell(stream);
  }

  /** Releases the kept bytes, because the cluster is processing the request. */
  forget(): void {
    this.#kept = undefined;
  }

  readonly #onData = (chunk: Buffer): void => {
    this.#keep(chunk);
    const stream = this.#stream;
    if (stream !== undefined && isOpen(stream) && !stream.write(chunk)) this.#request.pause();
  };

  #keep(chunk: Buffer): void {
    if (this.#kept === undefined) return;
    this.#keptBytes += chunk.byteLength;
    // A copy, because the chunk may be a small slice of a large buffer.
    if (this.#keptBytes <= maxKept) this.#kept.push(Buffer.from(chunk));
    else this.#kept = undefined;
  }

  #over(state: 'complete' | 'broken'): void {
    if (this.#state !== 'coming') return;
    this.#state = state;
    if (this.#stream !== undefined) this.#tell(this.#stream);
  }

  #tell(stream: ClusterStream): void {
    if (!isOpen(stream)) return;
    if (this.#state === 'complete') stream.end();
    else if (this.#state === 'broken') stream.reset('cancelled', 'the client broke off its request');
  }
}

function isOpen(stream: ClusterStream): boolean {
  return !stream.destroyed && !stream.writableEnded;
}

/**
 * Whether a body that has ended is complete. Over HTTP/2 Node emits the same 'end' for END_STREAM and for RST_STREAM; only in
 * the second case is the stream already closed.
 */
function isComplete(request: IncomingMessage | Http2ServerRequest): boolean {
  if (!(request instanceof Http2ServerRequest)) return request.complete;
  const { stream } = request;
  return stream !== undefined && !stream.closed && !stream.aborted;
}
