import { describe, expect, it } from 'vitest';
import { Inbound } from './inbound.ts';
import { WindowBudget, type WindowHost } from './receive-window.ts';
import { TestEnd } from './test/test-end.ts';

const KiB = 1024;
const initial = 64 * KiB;

function inbound(options: { limit?: number } = {}) {
  const host: WindowHost = { budget: new WindowBudget(1024 * KiB), roundTripMs: 50, now: () => 0 };
  const receiver = new Inbound(host, { initial, max: 128 * KiB });
  const end = new TestEnd(options.limit);
  // Payloads above 4 KiB are passed on one by one; smaller ones may be joined.
  const receive = (bytes: number) => receiver.receive([Buffer.alloc(bytes)], bytes);
  return { host, receiver, end, receive };
}

describe('the receiving half of a channel', () => {
  it('holds bytes until the application is connected and wants them', () => {
    const { receiver, end, receive } = inbound();
    receive(5000);
    receiver.deliver();
    expect([receiver.unread, receiver.settle()]).toEqual([5000, 0]);
    receiver.attach(end);
    receiver.deliver();
    expect(end.pushed).toEqual([]);
    receiver.wanted();
    receiver.deliver();
    expect(end.pushed).toEqual([5000]);
  });

  it('passes bytes on until the application has enough, and again once it wants more', () => {
    const { receiver, end, receive } = inbound({ limit: 10_000 });
    receiver.attach(end);
    receiver.wanted();
    for (let i = 0; i < 5; i++) receive(5000);
    receiver.deliver();
    expect(end.pushed).toEqual([5000, 5000]);
    end.take();
    receiver.deliver();
    expect(end.pushed).toEqual([5000, 5000]);
    receiver.wanted();
    receiver.deliver();
    expect(end.pushed).toEqual([5000, 5000, 5000, 5000]);
  });

  it('passes on what arrives later, without being asked again', () => {
    const { receiver, end, receive } = inbound();
    receiver.attach(end);
    receiver.wanted();
    for (let i = 0; i < 2; i++) {
      receive(5000);
      receiver.deliver();
    }
    expect(end.pushed).toEqual([5000, 5000]);
  });

  it('counts bytes as unread here and in the buffer of the application, until it is destroyed', () => {
    const { receiver, end, receive } = inbound({ limit: 5000 });
    receiver.attach(end);
    receiver.wanted();
    receive(5000);
    receive(6000);
    receiver.deliver();
    expect([end.readableLength, receiver.unread]).toEqual([5000, 11_000]);
    end.destroy();
    expect(receiver.unread).toBe(0);
  });

  it('delivers nothing to an application that was destroyed', () => {
    const { receiver, end, receive } = inbound();
    receiver.attach(end);
    receiver.wanted();
    receive(5000);
    receiver.complete();
    end.destroy();
    receiver.deliver();
    expect(end.pushed).toEqual([]);
  });

  it('delivers the end once, after all bytes', () => {
    const { receiver, end, receive } = inbound({ limit: 5000 });
    receiver.attach(end);
    receiver.wanted();
    receive(5000);
    receive(6000);
    receiver.complete();
    receiver.deliver();
    expect(end.pushed).toEqual([5000]);
    receiver.wanted();
    receiver.deliver();
    receiver.deliver();
    expect(end.pushed).toEqual([5000, 6000, null]);
  });

  it('returns credit for half a window that was read, and takes no more than it granted', () => {
    const { receiver, end, receive } = inbound();
    receiver.attach(end);
    receiver.wanted();
    expect(receive(initial)).toBe(true);
    expect(receive(1)).toBe(false);
    receiver.deliver();
    end.take(initial / 2 - 1);
    expect(receiver.settle()).toBe(0);
    end.take(1);
    // The window doubles meanwhile, because the reader is fast.
    expect([receiver.settle(), receiver.settle()]).toEqual([initial / 2 + initial, 0]);
    expect([receiver.window, receiver.bytesReceived]).toEqual([2 * initial, initial]);
  });

  it.each(['complete', 'discard'] as const)('returns no credit after %s', (ending) => {
    const { receiver, end, receive } = inbound();
    receiver.attach(end);
    receiver.wanted();
    receive(initial);
    receiver.deliver();
    receiver[ending]();
    end.take();
    expect(receiver.settle()).toBe(0);
  });

  it('drops what it holds and what still arrives once nobody reads, but counts it against the credit', () => {
    const { receiver, end, receive } = inbound();
    receiver.attach(end);
    receive(5000);
    receiver.discard();
    expect(receiver.unread).toBe(0);
    expect(receive(initial - 5000)).toBe(true);
    expect([receiver.unread, receiver.bytesReceived]).toEqual([0, initial]);
    expect(receive(1)).toBe(false);
    receiver.wanted();
    receiver.complete();
    receiver.deliver();
    expect(end.pushed).toEqual([]);
  });

  it('gives back what its window borrowed', () => {
    const { host, receiver, end, receive } = inbound();
    receiver.attach(end);
    receiver.wanted();
    receive(initial);
    receiver.deliver();
    end.take();
    receiver.settle();
    expect(host.budget.left).toBe(1024 * KiB - initial);
    receiver.release();
    expect(host.budget.left).toBe(1024 * KiB);
  });
});
