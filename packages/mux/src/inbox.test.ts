import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Inbox, keepable } from './inbox.ts';

function drain(inbox: Inbox): Buffer {
  const parts: Buffer[] = [];
  for (let part = inbox.shift(); part !== undefined; part = inbox.shift()) parts.push(part);
  return Buffer.concat(parts);
}

describe('an inbox', () => {
  it('returns every byte in order, for any mix of pushes and shifts', () => {
    const step = fc.oneof(fc.constant(-1), fc.integer({ min: 1, max: 20_000 }), fc.integer({ min: 1, max: 100 }));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const inbox = new Inbox();
        const pushed: Buffer[] = [];
        const shifted: Buffer[] = [];
        let next = 0;
        for (const size of steps) {
          if (size < 0) {
            const part = inbox.shift();
            if (part !== undefined) shifted.push(part);
            continue;
          }
          const payload = Buffer.alloc(size, next++ % 256);
          pushed.push(Buffer.from(payload));
          inbox.push(payload);
        }
        const held = Buffer.concat(pushed).length - Buffer.concat(shifted).length;
        expect(inbox.bytes).toBe(held);
        shifted.push(drain(inbox));
        expect(inbox.bytes).toBe(0);
        // Compared last, because parts returned earlier must not change afterwards.
        expect(Buffer.concat(shifted).equals(Buffer.concat(pushed))).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('holds single bytes with little overhead', () => {
    const inbox = new Inbox();
    const read = Buffer.alloc(65_536, 7);
    for (let i = 0; i < 262_144; i++) inbox.push(read.subarray(i % 65_536, (i % 65_536) + 1));
    let parts = 0;
    const buffers = new Set<ArrayBufferLike>();
    for (let part = inbox.shift(); part !== undefined; part = inbox.shift()) {
      parts++;
      buffers.add(part.buffer);
    }
    expect(parts).toBeLessThanOrEqual(17);
    expect(buffers.has(read.buffer)).toBe(false);
    expect([...buffers].reduce((sum, buffer) => sum + buffer.byteLength, 0)).toBeLessThanOrEqual(17 * 16_384);
  });

  it('joins payloads of up to 4 KiB, in pieces of up to 16 KiB', () => {
    const inbox = new Inbox();
    for (let i = 0; i < 6; i++) inbox.push(Buffer.alloc(4096, i));
    for (let i = 0; i < 2; i++) inbox.push(Buffer.alloc(4097, i));
    expect(
      [inbox.shift(), inbox.shift(), inbox.shift(), inbox.shift(), inbox.shift()].map((part) => part?.length),
    ).toEqual([16_384, 8192, 4097, 4097, undefined]);
  });

  it.each([
    ['goes on filling a buffer', 1, true],
    ['goes on filling a buffer', 12_288, true],
    ['lets go of a buffer', 12_289, false],
  ])('%s of which %d bytes were read', (_name, read, isSame) => {
    const inbox = new Inbox();
    for (let left = read; left > 0; left -= 4096) inbox.push(Buffer.alloc(Math.min(left, 4096)));
    const before = inbox.shift();
    expect(before?.length).toBe(read);
    inbox.push(Buffer.alloc(1));
    expect(inbox.shift()?.buffer === before?.buffer).toBe(isSame);
  });

  it('never returns an empty piece', () => {
    const inbox = new Inbox();
    inbox.push(Buffer.alloc(10));
    inbox.shift();
    expect(inbox.shift()).toBeUndefined();
    inbox.push(Buffer.alloc(10_000));
    expect(inbox.shift()?.length).toBe(10_000);
  });

  it('copies a payload only if it is a small part of its buffer', () => {
    const read = Buffer.allocUnsafeSlow(65_536);
    expect(keepable(read.subarray(0, 16_383)).buffer).not.toBe(read.buffer);
    expect(keepable(read.subarray(0, 16_384)).buffer).toBe(read.buffer);
  });

  it('can be cleared', () => {
    const inbox = new Inbox();
    inbox.push(Buffer.alloc(10));
    inbox.push(Buffer.alloc(10_000));
    inbox.push(Buffer.alloc(10));
    inbox.clear();
    expect([inbox.bytes, inbox.shift()]).toEqual([0, undefined]);
  });
});
