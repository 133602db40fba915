import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { acceptedCoding } from '../core/content-coding.ts';
import { type Coding, codings, compress, isCompressible } from './compress.ts';

/** Bytes written at a time, once the client has read the previous ones, so that a client that reads none holds only these. */
const sliceBytes = 16 * 1024;
/**
 * A response that is the same for everybody: kept once, compressed once, never copied per client. Supports `If-None-Match` and
 * HEAD; a `Range` is answered with the whole body, as RFC 9110 allows.
 */
export class StaticAnswer {
  readonly #headers: Record<string, string>;
  readonly #tag: string;
  readonly #bodies = new Map<Coding, Promise<Buffer>>();
  readonly #isCompressible: boolean;
  #isBest = false;
  readonly body: Buffer;

  /** @param headers sent with each response, including `content-type`. */
  constructor(body: Buffer, headers: Record<string, string>) {
    this.body = body;
    this.#headers = headers;
    this.#tag = createHash('sha256').update(body).digest('base64url').slice(0, 22);
    this.#isCompressible = isCompressible(headers['content-type'], body.byteLength);
  }

  /** Responds to a GET or HEAD. Never rejects. */
  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const coding = this.#isCompressible ? acceptedCoding(request.headers['accept-encoding'], codings) : undefined;
    const tag = this.#tagIn(coding);
    for (const [name, value] of Object.entries(this.#headers)) response.setHeader(name, value);
    if (this.#isCompressible) response.setHeader('vary', 'accept-encoding');
    response.setHeader('etag', tag);
    if (matches(request.headers['if-none-match'], tag)) {
      response.statusCode = 304;
      response.removeHeader('content-type');
      response.end();
      return;
    }
    const body = await this.#bodyIn(coding);
    if (response.destroyed) return;
    if (coding !== undefined) response.setHeader('content-encoding', coding);
    response.statusCode = 200;
    response.setHeader('content-length', body.byteLength);
    if (request.method === 'HEAD') response.end();
    else sendInSlices(body, response);
  }

  /** Compresses as well as possible, which takes up to 0.6 s of CPU time, for everybody who asks later. */
  async improve(): Promise<void> {
    if (!this.#isCompressible || this.#isBest) return;
    const best = await compress(this.body, 'br', 'best');
    this.#bodies.set('br', Promise.resolve(best));
    this.#isBest = true;
  }

  #tagIn(coding: Coding | undefined): string {
    const form = coding === undefined ? '' : `-${coding}${coding === 'br' && this.#isBest ? '-best' : ''}`;
    return `"${this.#tag}${form}"`;
  }

  #bodyIn(coding: Coding | undefined): Promise<Buffer> {
    if (coding === undefined) return Promise.resolve(this.body);
    const known = this.#bodies.get(coding);
    if (known !== undefined) return known;
    const made = compress(this.body, coding, 'soon');
    this.#bodies.set(coding, made);
    return made;
  }
}

function matches(header: string | undefined, tag: string): boolean {
  if (header === undefined) return false;
  return header.split(',').some((part) => part.trim() === '*' || part.trim().replace(/^W\//, '') === tag);
}

/** Sends a shared buffer piece by piece, as the client reads it. */
export function sendInSlices(body: Buffer, response: ServerResponse): void {
  let sent = 0;
  const more = (): void => {
    while (!response.destroyed) {
      const slice = body.subarray(sent, sent + sliceBytes);
      sent += slice.byteLength;
      if (sent >= body.byteLength) {
        response.end(slice);
        return;
      }
      if (!response.write(slice)) {
        response.once('drain', more);
        return;
      }
    }
  };
  more();
}
