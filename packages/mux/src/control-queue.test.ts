import { describe, expect, it } from 'vitest';
import { ControlQueue, type QueuedFrame } from './control-queue.ts';

const frame = (size: number) => [Buffer.alloc(8), Buffer.alloc(size - 8)];

describe('the control queue', () => {
  it('returns frames in order, and counts heads and answers separately', () => {
    const queue = new ControlQueue();
    const [head, answer] = [frame(1000), frame(16)];
    queue.push(head, { isHead: true });
    queue.push(answer, { isHead: false });
    expect([queue.headBytes, queue.answerBytes]).toEqual([1128, 144]);
    expect(queue.shift()).toBe(head);
    expect(queue.shift()).toBe(answer);
    expect(queue.shift()).toBeUndefined();
    expect([queue.headBytes, queue.answerBytes]).toEqual([0, 0]);
  });

  it('skips withdrawn frames, and does not withdraw sent ones', () => {
    const queue = new ControlQueue();
    const sent = queue.push(frame(8), { isHead: true });
    const withdrawn = queue.push(frame(9), { isHead: true });
    const last = frame(10);
    queue.push(last, { isHead: true });
    queue.shift();
    expect([queue.withdraw(sent), queue.withdraw(withdrawn), queue.withdraw(withdrawn)]).toEqual([false, true, false]);
    expect(queue.headBytes).toBe(138);
    expect(queue.shift()).toBe(last);
  });

  it('keeps nothing of a hundred thousand frames that were withdrawn', () => {
    const queue = new ControlQueue();
    const kept = [frame(8), frame(9)];
    queue.push(kept[0] ?? [], { isHead: true });
    const large = frame(45_000);
    for (let i = 0; i < 100_000; i++) queue.withdraw(queue.push(large, { isHead: true }));
    queue.push(kept[1] ?? [], { isHead: true });
    expect(queue.length).toBeLessThan(1000);
    expect([queue.shift(), queue.shift(), queue.shift()]).toEqual([...kept, undefined]);
    expect(queue.headBytes).toBe(0);
  });

  describe('removes withdrawn frames', () => {
    const filled = (frames: number) => {
      const queue = new ControlQueue();
      return { queue, frames: Array.from({ length: frames }, () => queue.push(frame(8), { isHead: false })) };
    };

    it('when there are 256 of them', () => {
      const { queue, frames } = filled(256);
      for (const one of frames.slice(1)) queue.withdraw(one);
      expect(queue.length).toBe(256);
      queue.withdraw(frames[0] as QueuedFrame);
      expect(queue.length).toBe(0);
    });

    it('when they are half of the queue, and keeps the others in order', () => {
      const { queue, frames } = filled(600);
      const left = frames.slice(300).map(({ parts }) => parts);
      for (const one of frames.slice(0, 299)) queue.withdraw(one);
      expect(queue.length).toBe(600);
      queue.withdraw(frames[299] as QueuedFrame);
      expect(queue.length).toBe(300);
      expect(Array.from({ length: 300 }, () => queue.shift())).toEqual(left);
    });

    it('and counts from zero afterwards, whether they were removed or passed over', () => {
      const { queue, frames } = filled(256);
      for (const one of frames) queue.withdraw(one);
      for (let i = 0; i < 255; i++) queue.withdraw(queue.push(frame(8), { isHead: true }));
      expect(queue.length).toBe(255);
      expect(queue.shift()).toBeUndefined();
      queue.withdraw(queue.push(frame(8), { isHead: true }));
      expect(queue.length).toBe(1);
    });
  });
});
