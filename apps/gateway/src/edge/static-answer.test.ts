import type { IncomingMessage, ServerResponse } from 'node:http';
import { Writable } from 'node:stream';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { StaticAnswer, sendInSlices } from './static-answer.ts';

/** A response whose client reads only when told to. */
class FakeResponse extends Writable {
  statusCode = 0;
  readonly headers: Record<string, unknown> = {};
  readonly received: Buffer[] = [];
  #take: (() => void) | undefined;

  constructor(readonly isSlow = false) {
    super({ highWaterMark: 1, emitClose: true });
  }

  get body(): Buffer {
    return Buffer.concat(this.received);
  }

  setHeader(name: string, value: unknown): void {
    this.headers[name] = value;
  }

  removeHeader(name: string): void {
    delete this.headers[name];
  }

  /** The client reads what it was sent. @returns the number of bytes. */
  async read(): Promise<number> {
    const last = this.received.at(-1)?.byteLength ?? 0;
    const take = this.#take;
    this.#take = undefined;
    take?.();
    await new Promise(setImmediate);
    return last;
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.received.push(chunk);
    if (this.isSlow) this.#take = done;
    else done();
  }
}

async function ask(
  answer: StaticAnswer,
  headers: Record<string, string> = {},
  method = 'GET',
): Promise<{ status: number; headers: Record<string, unknown>; body: Buffer }> {
  const response = new FakeResponse();
  await answer.answer({ headers, method } as unknown as IncomingMessage, response as unknown as ServerResponse);
  if (!response.writableFinished) await new Promise((resolve) => response.once('finish', resolve));
  return { status: response.statusCode, headers: response.headers, body: response.body };
}

/** Words in an order without a rule, always the same. */
function fuzzyText(words: number): string {
  let state = 1;
  const next = (): string => {
    state = (state * 48_271) % 2_147_483_647;
    return `word${(state >> 8) % 500}`;
  };
  return Array.from({ length: words }, next).join(' ');
}

const long = Buffer.from('0123456789abcdef'.repeat(64));
const short = long.subarray(1);
const text = { 'content-type': 'text/plain' };

describe('an answer that is the same for everybody', () => {
  it('has its headers, a length and a tag of its content', async () => {
    const answer = new StaticAnswer(short, { ...text, 'cache-control': 'no-cache' });
    const { status, headers, body } = await ask(answer);
    expect([status, body]).toEqual([200, short]);
    expect(headers).toEqual({
      ...text,
      'cache-control': 'no-cache',
      'content-length': 1_023,
      etag: expect.stringMatching(/^"[\w-]{22}"$/),
    });
    expect((await ask(new StaticAnswer(short, {}))).headers['etag']).toBe(headers['etag']);
    expect((await ask(new StaticAnswer(long, {}))).headers['etag']).not.toBe(headers['etag']);
  });

  it('has the same headers for HEAD, and no body', async () => {
    const answer = new StaticAnswer(long, text);
    const whole = await ask(answer);
    expect(await ask(answer, {}, 'HEAD')).toEqual({ ...whole, body: Buffer.alloc(0) });
  });

  it.each([
    ['text/html', 1_024, true],
    ['text/html', 1_023, false],
    ['application/javascript; charset=utf-8', 1_024, true],
    ['application/json', 1_024, true],
    ['application/manifest+json', 1_024, true],
    ['application/wasm', 1_024, true],
    ['image/svg+xml', 1_024, true],
    ['font/ttf', 1_024, true],
    ['font/woff2', 1_024, false],
    ['image/png', 1_024, false],
    ['x-text/html', 1_024, false],
    [undefined, 1_024, false],
  ])('of type %s with %i bytes: compressed is %s', async (type, bytes, isCompressed) => {
    const answer = new StaticAnswer(Buffer.alloc(bytes, 'a'), type === undefined ? {} : { 'content-type': type });
    const { headers } = await ask(answer, { 'accept-encoding': 'gzip' });
    expect([headers['content-encoding'], headers['vary']]).toEqual(
      isCompressed ? ['gzip', 'accept-encoding'] : [undefined, undefined],
    );
  });

  it.each([
    [undefined, undefined],
    ['', undefined],
    ['deflate, zstd', undefined],
    ['gzip', 'gzip'],
    ['GZip', 'gzip'],
    ['br', 'br'],
    ['gzip, br', 'br'],
    [' gzip ;q=0.1 ,br ; q=0.001', 'br'],
    ['br;q=0,gzip;q=1', 'gzip'],
    ['br; Q = 0.000 , gzip', 'gzip'],
    ['br;x=1;q=0, gzip', 'gzip'],
    ['br;q=0, gzip;q=0.0', undefined],
    ['br;xq=0', 'br'],
    ['br;q=01', 'br'],
    ['br;q=0.05', 'br'],
    ['*', undefined],
  ])('for a client that accepts %j has the coding %s', async (accepted, coding) => {
    const answer = new StaticAnswer(long, text);
    const plain = await ask(answer);
    const { headers, body } = await ask(answer, accepted === undefined ? {} : { 'accept-encoding': accepted });
    const decoded = coding === 'br' ? brotliDecompressSync(body) : coding === 'gzip' ? gunzipSync(body) : body;
    expect(decoded).toEqual(long);
    expect(headers).toEqual({
      ...text,
      vary: 'accept-encoding',
      'content-length': body.byteLength,
      etag: coding === undefined ? plain.headers['etag'] : `${String(plain.headers['etag']).slice(0, -1)}-${coding}"`,
      ...(coding === undefined ? {} : { 'content-encoding': coding }),
    });
  });

  it('is not sent again to a client that has it in the same coding', async () => {
    const answer = new StaticAnswer(long, { ...text, 'cache-control': 'no-cache' });
    const tag = String((await ask(answer)).headers['etag']);
    const inGzip = `${tag.slice(0, -1)}-gzip"`;
    for (const header of [tag, `W/${tag}`, `"x",${tag} `, `"x", W/${tag}, "y"`, '*', '"x" , *'])
      expect(await ask(answer, { 'if-none-match': header })).toEqual({
        status: 304,
        headers: { 'cache-control': 'no-cache', vary: 'accept-encoding', etag: tag },
        body: Buffer.alloc(0),
      });
    for (const header of ['', '"x"', inGzip, `x${tag}`, `${tag}W/`, `"W/${tag.slice(1)}`, '**'])
      expect((await ask(answer, { 'if-none-match': header })).status).toBe(200);
    expect((await ask(answer, { 'if-none-match': inGzip, 'accept-encoding': 'gzip' })).status).toBe(304);
    expect((await ask(answer, { 'if-none-match': tag, 'accept-encoding': 'gzip' })).status).toBe(200);
  });

  it('is compressed once, and shared by all who get it', async () => {
    const answer = new StaticAnswer(long, text);
    const request = { headers: { 'accept-encoding': 'br' }, method: 'GET' } as unknown as IncomingMessage;
    const [first, second] = [new FakeResponse(), new FakeResponse()];
    for (const response of [first, second]) await answer.answer(request, response as unknown as ServerResponse);
    const [one, other] = [first.received[0], second.received[0]];
    expect(other?.buffer).toBe(one?.buffer);
    expect(other?.byteOffset, 'the same place in the memory that small buffers share').toBe(one?.byteOffset);
  });

  it('gets smaller, and another tag, when it is compressed as well as possible', async () => {
    const words = fuzzyText(20_000);
    const answer = new StaticAnswer(Buffer.from(words), text);
    const accepted = { 'accept-encoding': 'gzip, br' };
    const before = await ask(answer, accepted);
    await answer.improve();
    const after = await ask(answer, accepted);
    expect(after.body.byteLength).toBeLessThan(before.body.byteLength);
    expect(after.headers['content-length']).toBe(after.body.byteLength);
    expect(brotliDecompressSync(after.body).toString()).toBe(words);
    expect(after.headers['etag']).toBe(String(before.headers['etag']).replace('-br"', '-br-best"'));
    expect(gunzipSync((await ask(answer, { 'accept-encoding': 'gzip' })).body).toString()).toBe(words);
  });

  it('that is not compressible stays as it is', async () => {
    const answer = new StaticAnswer(short, text);
    await answer.improve();
    expect((await ask(answer, { 'accept-encoding': 'br' })).body).toEqual(short);
  });

  it('is not written to a client that left while it was compressed', async () => {
    const response = new FakeResponse();
    const answered = new StaticAnswer(long, text).answer(
      { headers: { 'accept-encoding': 'br' }, method: 'GET' } as unknown as IncomingMessage,
      response as unknown as ServerResponse,
    );
    response.destroy();
    await answered;
    expect([response.statusCode, response.headers['content-length'], response.received]).toEqual([0, undefined, []]);
  });
});

describe('a body sent in slices', () => {
  const slice = 16 * 1_024;
  const send = (bytes: number, isSlow: boolean): { body: Buffer; response: FakeResponse } => {
    const body = Buffer.from(Array.from({ length: bytes }, (_, index) => index % 251));
    const response = new FakeResponse(isSlow);
    sendInSlices(body, response as unknown as ServerResponse);
    return { body, response };
  };

  it.each([0, 1, slice - 1, slice, slice + 1, 3 * slice, 3 * slice + 1])(
    'of %i bytes arrives complete',
    async (bytes) => {
      const { body, response } = send(bytes, false);
      if (!response.writableFinished) await new Promise((resolve) => response.once('finish', resolve));
      expect(response.body).toEqual(body);
    },
  );

  it('waits for the client before each slice', async () => {
    const { body, response } = send(2 * slice + 5, true);
    expect(response.received.length).toBe(1);
    expect([await response.read(), response.received.length]).toEqual([slice, 2]);
    expect([await response.read(), response.received.length]).toEqual([slice, 3]);
    expect([await response.read(), response.writableFinished]).toEqual([5, true]);
    expect(response.body).toEqual(body);
  });

  it('ends when the client leaves', async () => {
    const { response } = send(3 * slice, true);
    response.destroy();
    await response.read();
    response.emit('drain');
    expect([response.received.length, response.writableEnded]).toEqual([1, false]);
  });
});
