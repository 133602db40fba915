import { once } from 'node:events';
import { PassThrough, Writable } from 'node:stream';
import { turns } from '@postern/testkit';
import { describe, expect, it } from 'vitest';
import { pipeByTurn } from './pipe-by-turn.ts';

/** Accepts everything immediately, and records the sizes of the chunks of each write. */
class Destination extends Writable {
  readonly writes: number[][] = [];
  readonly received: Buffer[] = [];

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#take([chunk], done);
  }

  override _writev(chunks: { chunk: Buffer }[], done: () => void): void {
    this.#take(
      chunks.map(({ chunk }) => chunk),
      done,
    );
  }

  #take(chunks: Buffer[], done: () => void): void {
    this.writes.push(chunks.map(({ length }) => length));
    this.received.push(...chunks);
    done();
  }
}

function pair(highWaterMark = 64 * 1024) {
  const [source, destination] = [new PassThrough(), new Destination({ highWaterMark })];
  pipeByTurn(source, destination);
  return { source, destination };
}

describe('a pipe by turn', () => {
  it('combines what arrives within one turn of the event loop into one write', async () => {
    const { source, destination } = pair();
    await turns(1);
    for (const size of [3, 5, 7]) source.write(Buffer.alloc(size));
    // Once per turn, not once per chunk.
    expect(destination.writableCorked).toBe(1);
    await turns(2);
    expect(destination.writes).toEqual([[3, 5, 7]]);
    for (const size of [11, 13]) source.write(Buffer.alloc(size));
    await turns(2);
    expect(destination.writes).toEqual([
      [3, 5, 7],
      [11, 13],
    ]);
  });

  it('ends with the source, after all its bytes', async () => {
    const { source, destination } = pair();
    await turns(1);
    source.write('a');
    source.end('b');
    await once(destination, 'finish');
    expect(Buffer.concat(destination.received).toString()).toBe('ab');
  });

  it('stops reading when the destination is full, and continues when it drains', async () => {
    const { source, destination } = pair(10);
    const sent = Array.from({ length: 300 }, (_, index) => Buffer.alloc((index * 7) % 31, index));
    for (const chunk of sent) if (!source.write(chunk)) await once(source, 'drain');
    expect(Math.max(...destination.writes.map((sizes) => sizes.reduce((sum, size) => sum + size, 0)))).toBeLessThan(50);
    source.end();
    await once(destination, 'finish');
    expect(Buffer.concat(destination.received).equals(Buffer.concat(sent))).toBe(true);
  });

  it('writes nothing to a destination that was destroyed while bytes were held back', async () => {
    const { source, destination } = pair();
    await turns(1);
    source.write('a');
    destination.destroy();
    await turns(3);
    expect(destination.writes).toEqual([]);
    expect(source.destroyed).toBe(false);
  });
});
