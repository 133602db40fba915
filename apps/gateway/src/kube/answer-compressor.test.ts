import { randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { PassThrough, Writable } from 'node:stream';
import { gunzipSync } from 'node:zlib';
import { until } from '@postern/testkit';
import { describe, expect, it } from 'vitest';
import { AnswerCompressor } from './answer-compressor.ts';

/** A response to a client that reads everything, or nothing at all. */
class FakeResponse extends Writable {
  readonly received: Buffer[] = [];
  readonly #reads: boolean;

  constructor(options: { reads: boolean }) {
    super();
    this.#reads = options.reads;
    this.on('error', () => {});
  }

  get asResponse(): ServerResponse {
    return this as unknown as ServerResponse;
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.received.push(chunk);
    if (this.#reads) done();
  }
}

const ada = { person: 'ada', isWatch: false };

describe('an encoder', () => {
  it('is freed when the client leaves, even if the cluster has finished long before', async () => {
    const compressor = new AnswerCompressor();
    const responses = Array.from({ length: 8 }, () => new FakeResponse({ reads: false }));
    for (const response of responses) {
      const stream = new PassThrough();
      compressor.sender('zstd', ada)?.(stream, response.asResponse, undefined);
      // More than a response takes at once, and random, so that it is as long when compressed.
      stream.end(randomBytes(200_000));
      await until(() => stream.readableEnded && response.received.length > 0);
    }
    expect(compressor.sender('zstd', ada)).toBeUndefined();
    responses[0]?.destroy();
    await until(() => compressor.sender('zstd', ada) !== undefined);
  });

  it('is not available to anybody beyond 32 in all', () => {
    const compressor = new AnswerCompressor();
    const senders = Array.from({ length: 40 }, (_, index) =>
      compressor.sender('gzip', { person: String(index), isWatch: false }),
    );
    expect(senders.filter((sender) => sender !== undefined)).toHaveLength(32);
  });
});

describe('watches', () => {
  const piece = Buffer.from(`${'pod-status '.repeat(23_831)}\n`);
  let now = 0;

  /** Sends pieces of 256 KiB as one watch. @returns which of them were compressed. */
  async function watch(compressor: AnswerCompressor, person: string, pieces: number): Promise<boolean[]> {
    const stream = new PassThrough({ highWaterMark: 1 << 24 });
    const response = new FakeResponse({ reads: true });
    compressor.sender('gzip', { person, isWatch: true })?.(stream, response.asResponse, undefined);
    for (let index = 0; index < pieces; index++) {
      stream.write(piece);
      await until(() => response.received.length === index + 1);
    }
    stream.end();
    await until(() => response.writableFinished);
    expect(gunzipSync(Buffer.concat(response.received)).byteLength).toBe(pieces * piece.byteLength);
    return response.received.slice(0, pieces).map(({ byteLength }) => byteLength < piece.byteLength / 10);
  }

  it('of one person are compressed up to 2 MiB a second, and those of all up to 8', async () => {
    const compressor = new AnswerCompressor(() => now);
    const first = await watch(compressor, 'ada', 9);
    expect(first).toEqual([...Array(8).fill(true), false]);
    expect(await watch(compressor, 'ada', 1)).toEqual([false]);
    for (const person of ['bob', 'cid', 'dan']) expect((await watch(compressor, person, 8)).at(-1)).toBe(true);
    expect(await watch(compressor, 'eve', 1)).toEqual([false]);
    now += 1_000;
    expect(await watch(compressor, 'ada', 1)).toEqual([true]);
  });
});
