import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { OutputRing } from './output-ring.ts';

const small = { capacity: 64, block: 16 };

/** All that a ring holds from a position on, piece by piece. */
function readAll(ring: OutputRing, from = ring.from, most?: number): string {
  const parts: Buffer[] = [];
  for (let at = from; ; at += parts.at(-1)?.byteLength ?? 0) {
    parts.push(ring.read(at, most));
    if (parts.at(-1)?.byteLength === 0) return Buffer.concat(parts).toString();
  }
}

describe('a ring', () => {
  it('holds what was appended and not released, at its position', () => {
    const text = fc.array(fc.constantFrom('a', 'é', '日', '🙂', '\n', '\x1b[1m', 'word '), { maxLength: 30 });
    fc.assert(
      fc.property(fc.array(text, { maxLength: 20 }), fc.integer({ min: 1, max: 40 }), (texts, most) => {
        const ring = new OutputRing(small);
        let all = Buffer.alloc(0);
        for (const one of texts) {
          const data = Buffer.from(one.join(''));
          ring.append(data);
          all = Buffer.concat([all, data]);
          const cut = ring.overdue();
          ring.release(cut);
          expect([ring.from, ring.to, ring.end]).toEqual([cut, all.byteLength, all.byteLength]);
          expect(readAll(ring, cut, most)).toBe(all.subarray(cut).toString());
          expect(ring.to - ring.from).toBeGreaterThanOrEqual(Math.min(64, ring.to));
          expect(ring.bytes).toBeLessThanOrEqual(64 + 3 * 16);
        }
      }),
    );
  });

  it('never splits a character, and waits for the rest of one', () => {
    const ring = new OutputRing(small);
    ring.append(Buffer.from('x'.repeat(14)));
    ring.append(Buffer.from('🙂').subarray(0, 3));
    expect(ring.read(0).toString()).toBe('x'.repeat(14));
    expect(ring.read(14)).toHaveLength(0);
    expect([ring.end, ring.to]).toEqual([14, 17]);
    ring.append(Buffer.from('🙂y').subarray(3));
    expect(ring.read(14).toString()).toBe('🙂');
    expect(ring.read(18, 1).toString()).toBe('y');
    expect(ring.end).toBe(19);
  });

  it.each([
    ['a byte that cannot begin one', [0xff, 0x41]],
    ['a beginning without the rest', [0xe2, 0x82, 0x41]],
    ['the rest without a beginning', [0x82, 0x82, 0x82, 0x82, 0x41]],
  ])('passes on %s', (_, bytes) => {
    const ring = new OutputRing(small);
    ring.append(Buffer.from(bytes));
    const parts: number[] = [];
    while (parts.length < bytes.length) parts.push(...ring.read(parts.length, 1));
    expect(parts).toEqual(bytes);
  });

  it('copies nothing but characters over two blocks', () => {
    const ring = new OutputRing(small);
    ring.append(Buffer.from('abc'));
    const first = ring.read(0);
    ring.append(Buffer.from('def'));
    expect(ring.read(0).buffer).toBe(first.buffer);
    // A view that somebody keeps is never written over.
    expect(first.toString()).toBe('abc');
  });

  it('takes memory for a block at a time, and none that has left', () => {
    const allocate = vi.spyOn(Buffer, 'allocUnsafeSlow');
    try {
      const ring = new OutputRing();
      expect(ring.bytes).toBe(0);
      ring.append(Buffer.alloc(1, 'x'));
      expect([ring.bytes, allocate.mock.calls]).toEqual([32 * 1024, [[32 * 1024]]]);
      for (let round = 0; round < 300; round++) {
        ring.append(Buffer.alloc(16 * 1024, 'x'));
        ring.release(ring.overdue());
        expect(ring.bytes).toBeLessThanOrEqual(1024 * 1024 + 2 * 32 * 1024);
      }
      expect(ring.to - ring.from).toBeGreaterThanOrEqual(1024 * 1024);
    } finally {
      allocate.mockRestore();
    }
  });

  it('lets output leave only at a boundary', () => {
    const ring = new OutputRing(small);
    ring.append(Buffer.from(`one\r\n\x1b]2;${'t'.repeat(60)}`));
    ring.append(Buffer.from(`\x07${'x'.repeat(58)}`));
    expect(ring.overdue()).toBe(5);
    ring.release(5);
    expect(ring.overdue()).toBe(5);
    // Now the block with the end of the title should leave.
    ring.append(Buffer.from('x'.repeat(16)));
    expect(ring.overdue()).toBe(79);
  });

  it('lets it leave anywhere once it holds twice as much as it should', () => {
    const ring = new OutputRing(small);
    ring.append(Buffer.from(`\x1b]2;${'t'.repeat(124)}`));
    expect(ring.overdue()).toBe(0);
    ring.append(Buffer.from('t'));
    expect(ring.overdue()).toBe(64);
  });

  it('refuses positions that it does not hold, and a capacity of less than a block', () => {
    const ring = new OutputRing(small);
    ring.append(Buffer.from('x'.repeat(100)));
    ring.release(20);
    expect([ring.holds(19), ring.holds(20), ring.holds(100), ring.holds(101)]).toEqual([false, true, true, false]);
    for (const position of [19, 101, Number.NaN]) {
      expect(() => ring.read(position)).toThrow(RangeError);
      expect(() => ring.release(position)).toThrow(RangeError);
    }
    expect(() => new OutputRing({ capacity: 15, block: 16 })).toThrow(RangeError);
  });
});
