import fc from 'fast-check';
import { expect, it, vi } from 'vitest';
import { InputQueue } from './input-queue.ts';

it('returns what was added, in order, and never exceeds its limit', () => {
  const step = fc.oneof(fc.uint8Array({ maxLength: 60 }), fc.constant('take' as const));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const queue = new InputQueue(200);
      let model = Buffer.alloc(0);
      for (const one of steps) {
        if (one === 'take') {
          expect(queue.take()).toEqual(model);
          model = Buffer.alloc(0);
        } else {
          const fits = model.byteLength + one.byteLength <= 200;
          expect(queue.add(one)).toBe(fits);
          if (fits) model = Buffer.concat([model, one]);
        }
        expect(queue.bytes).toBe(model.byteLength);
      }
    }),
    { numRuns: 500 },
  );
});

it('returns at most 32 KiB at a time', () => {
  const queue = new InputQueue(1024 * 1024);
  const all = Buffer.from(Array.from({ length: 100_000 }, (_, index) => index % 251));
  for (let at = 0; at < all.byteLength; at += 333) queue.add(all.subarray(at, at + 333));
  const taken: Buffer[] = [];
  while (queue.bytes > 0) {
    const part = queue.take();
    expect(part.byteLength).toBeLessThanOrEqual(32 * 1024);
    taken.push(part);
    // More may be added in between.
    if (taken.length === 1) queue.add(Buffer.from('!'));
  }
  expect(Buffer.concat(taken)).toEqual(Buffer.concat([all, Buffer.from('!')]));
});

it('takes memory only for what waits, and none once everything was taken', () => {
  const allocate = vi.spyOn(Buffer, 'allocUnsafeSlow');
  try {
    const queue = new InputQueue(1024 * 1024);
    queue.add(Buffer.alloc(255));
    queue.add(Buffer.alloc(1));
    queue.add(Buffer.alloc(1));
    queue.take();
    queue.add(Buffer.alloc(1));
    expect(allocate.mock.calls).toEqual([[256], [512], [256]]);
  } finally {
    allocate.mockRestore();
  }
});
