import type { ServerResponse } from 'node:http';
import type { Readable, Transform } from 'node:stream';
import { ByteBudget } from '../edge/byte-budget.ts';
import { RateLimiter } from '../limits/rate-limiter.ts';
import type { Coding } from './answer-coding.ts';
import { createEncoder, encoderBytes } from './encoder.ts';
import { EventGzip } from './event-gzip.ts';
import { readBody } from './read-body.ts';
import { sendAnswer } from './send-answer.ts';

/**
 * Memory of all encoders, and of those of one person. It also bounds the work that waits for libuv's thread pool, where each
 * encoder has at most one piece at a time.
 */
const encoderBudget = { total: 32 * encoderBytes, share: 8 * encoderBytes };

/** Bytes of watches that are compressed on the main thread, where 2 MiB take about 20 ms. */
const eventRates = {
  person: { most: 2 * 1024 * 1024, perMs: 1_000 },
  all: { most: 8 * 1024 * 1024, perMs: 1_000 },
};

/** Sends a body in one coding, as `sendAnswer` sends it without. */
type Send = typeof sendAnswer;

/**
 * Compresses answers to browsers. Whoever has used up a share gets the rest as it came from the cluster, instead of waiting or
 * delaying others.
 */
export class AnswerCompressor {
  readonly #budget = new ByteBudget(encoderBudget);
  readonly #rates: RateLimiter;

  /** @param now a clock in milliseconds. */
  constructor(now?: () => number) {
    this.#rates = new RateLimiter(now);
  }

  /**
   * How to send a body in this coding; undefined if too many compressed answers are being sent. Call it for every answer that is
   * returned, because it holds an encoder until the response closes.
   * @param to whose answer it is, and whether it is a watch, whose coding is `gzip`.
   */
  sender(coding: Coding, { person, isWatch }: { person: string; isWatch: boolean }): Send | undefined {
    if (isWatch) return (stream, response, length) => this.#sendEvents(person, stream, response, length);
    const release = this.#budget.hold(person, encoderBytes);
    if (release === undefined) return undefined;
    const encoder = createEncoder(coding).once('close', release);
    return (stream, response, length) => sendEncoded(encoder, { stream, response, length });
  }

  #sendEvents(person: string, stream: Readable, response: ServerResponse, length: number | undefined): void {
    const gzip = new EventGzip();
    sendAnswer(stream, response, length, {
      push: (chunk) => gzip.push(chunk, { store: !this.#mayCompress(person, chunk.byteLength) }),
      end: () => gzip.end(),
    });
  }

  #mayCompress(person: string, bytes: number): boolean {
    return (
      this.#rates.take(`person ${person}`, eventRates.person, bytes) === 0 &&
      this.#rates.take('all', eventRates.all, bytes) === 0
    );
  }
}

/** If the answer breaks off, so does the response, without what the encoder still holds: part of a list is of no use. */
function sendEncoded(
  encoder: Transform,
  { stream, response, length }: { stream: Readable; response: ServerResponse; length: number | undefined },
): void {
  readBody(stream, length, {
    data: (chunk) => {
      if (!encoder.destroyed && !encoder.write(chunk)) stream.pause();
    },
    end: () => encoder.end(),
    fail: (error) => encoder.destroy(error),
  });
  encoder.on('drain', () => stream.resume());
  response.once('close', () => encoder.destroy());
  sendAnswer(encoder, response, undefined);
}
