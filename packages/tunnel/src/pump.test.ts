import { once } from 'node:events';
import { Readable, Writable } from 'node:stream';
import { turns } from '@postern/testkit';
import { expect, it } from 'vitest';
import { pump } from './pump.ts';

/** A connection that, like a socket, emits its error first and closes a turn later. */
const newSource = (): Readable =>
  new Readable({
    emitClose: false,
    read() {},
    destroy(error, done) {
      done(error);
      setImmediate(() => this.emit('close'));
    },
  });

/** A stream of the tunnel that accepts a write only when the test says so. */
class Stream extends Writable {
  readonly taken: Buffer[] = [];
  aborted: string | undefined;
  #take: (() => void) | undefined;

  constructor() {
    super({ highWaterMark: 4 });
  }

  abort(code: string, reason: string): void {
    this.aborted = `${code}: ${reason}`;
    this.end();
  }

  /** Accepts the pending write. */
  take(): void {
    const take = this.#take;
    this.#take = undefined;
    take?.();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#take = () => {
      this.taken.push(chunk);
      done();
    };
  }
}

const broken = { code: 'upstream-failed', reason: 'it broke off' } as const;

it('passes on what was received before an error, even if the stream drains before the close', async () => {
  const [source, stream] = [newSource(), new Stream()];
  pump(source, stream, { isComplete: () => false, broken });
  // The stream drains before the source has closed.
  source.once('error', () => stream.take());
  source.push('first');
  await turns(2);
  expect(source.isPaused()).toBe(true);
  source.push('second');
  source.destroy(new Error('reset'));
  await once(stream, 'drain');
  while (!stream.writableFinished) {
    stream.take();
    await turns(1);
  }
  expect(Buffer.concat(stream.taken).toString()).toBe('firstsecond');
  expect(stream.aborted).toBe('upstream-failed: it broke off');
});

it.each<[string, number, string | undefined]>([
  ['ends after everything that a complete source sent', 11, undefined],
  ['aborts after what an incomplete source sent', 12, 'upstream-failed: it broke off'],
])('%s', async (_, expected, aborted) => {
  const [source, stream] = [newSource(), new Stream()];
  pump(source, stream, { isComplete: (bytes) => bytes === expected, broken });
  source.push('first');
  source.push('second');
  source.push(null);
  while (!stream.writableFinished) {
    stream.take();
    await turns(1);
  }
  expect(Buffer.concat(stream.taken).toString()).toBe('firstsecond');
  expect(stream.aborted).toBe(aborted);
});

it.each<[string, number, string | undefined]>([
  ['ends', 5, undefined],
  ['aborts', 6, 'upstream-failed: it broke off'],
])('%s after what was read from a source that is already destroyed', async (_, expected, aborted) => {
  const [source, stream] = [newSource(), new Stream()];
  source.push('first');
  source.destroy();
  await once(source, 'close');
  pump(source, stream, { isComplete: (bytes) => bytes === expected, broken });
  while (!stream.writableFinished) {
    stream.take();
    await turns(1);
  }
  expect(Buffer.concat(stream.taken).toString()).toBe('first');
  expect(stream.aborted).toBe(aborted);
});

it('writes what arrives in one turn together', async () => {
  const source = newSource();
  const writes: string[][] = [];
  const stream = new Writable({
    writev: (chunks, done) => {
      writes.push(chunks.map(({ chunk }) => String(chunk)));
      done();
    },
  });
  pump(source, Object.assign(stream, { abort: () => {} }), { isComplete: () => true, broken });
  source.push('first');
  source.push('second');
  await turns(2);
  expect(writes).toEqual([['first', 'second']]);
  source.destroy();
  await once(stream, 'finish');
});

it('ends with a complete source, without waiting for it to close, and lets go of both', async () => {
  const source = new Readable({ autoDestroy: false, read() {} });
  const stream = new Stream();
  pump(source, stream, { isComplete: (bytes) => bytes === 5, broken });
  source.push('first');
  source.push(null);
  while (!stream.writableFinished) {
    stream.take();
    await turns(1);
  }
  expect(source.destroyed).toBe(false);
  expect([source.listenerCount('data'), stream.listenerCount('drain')]).toEqual([0, 0]);
  expect(stream.aborted).toBeUndefined();
});

it('asks again when the source closes whether it is complete', async () => {
  const source = new Readable({ autoDestroy: false, read() {} });
  const stream = new Stream();
  let isComplete = false;
  pump(source, stream, { isComplete: () => isComplete, broken });
  const ended = once(source, 'end');
  source.push(null);
  await ended;
  isComplete = true;
  source.destroy();
  await once(stream, 'finish');
  expect(stream.aborted).toBeUndefined();
});

it('asks no more once the source was complete', async () => {
  const source = new Readable({ autoDestroy: false, read() {} });
  const stream = new Stream();
  let isComplete = true;
  pump(source, stream, { isComplete: () => isComplete, broken });
  source.push('abc');
  await turns(1);
  const ended = once(source, 'end');
  source.push(null);
  await ended;
  isComplete = false;
  source.destroy();
  await once(source, 'close');
  stream.take();
  await once(stream, 'finish');
  expect(stream.aborted).toBeUndefined();
});

it('leaves a stream alone that is already destroyed', async () => {
  const [source, stream] = [newSource(), new Stream()];
  pump(source, stream, { isComplete: () => false, broken });
  stream.destroy();
  source.destroy();
  await once(source, 'close');
  expect(stream.aborted).toBeUndefined();
});

it('passes on once what was received before a source was destroyed without an error', async () => {
  const [source, stream] = [newSource(), new Stream()];
  pump(source, stream, { isComplete: (bytes) => bytes === 11, broken });
  source.push('first');
  await turns(2);
  expect(source.isPaused()).toBe(true);
  source.push('second');
  source.destroy();
  await once(source, 'close');
  while (!stream.writableFinished) {
    stream.take();
    await turns(1);
  }
  expect(Buffer.concat(stream.taken).toString()).toBe('firstsecond');
  expect(stream.aborted).toBeUndefined();
});
