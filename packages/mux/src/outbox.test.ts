import { describe, expect, it, vi } from 'vitest';
import { Outbox } from './outbox.ts';

const bytes = (text: string) => Buffer.from(text);
const texts = (parts: Uint8Array[]) => parts.map((part) => Buffer.from(part).toString());

describe('an outbox', () => {
  it('gives out what was written in payloads of the size asked for, without empty parts', () => {
    const outbox = new Outbox();
    outbox.add([bytes(''), bytes('abc'), bytes(''), bytes('defgh'), bytes('')], vi.fn());
    expect(outbox.bytes).toBe(8);
    expect(texts(outbox.take(2))).toEqual(['ab']);
    expect(texts(outbox.take(2))).toEqual(['c', 'd']);
    expect(texts(outbox.take(0))).toEqual([]);
    expect(outbox.bytes).toBe(4);
    expect(texts(outbox.take(100))).toEqual(['efgh']);
    expect([outbox.bytes, texts(outbox.take(100))]).toEqual([0, []]);
  });

  it('passes a chunk that fits on as it is', () => {
    const outbox = new Outbox();
    const chunk = bytes('abc');
    outbox.add([chunk], vi.fn());
    expect(outbox.take(3)[0]).toBe(chunk);
  });

  it('calls the writer back once, when all has been taken', () => {
    const outbox = new Outbox();
    const written = vi.fn();
    outbox.add([bytes('abc')], written);
    outbox.settle();
    outbox.take(2);
    outbox.settle();
    expect(written).not.toHaveBeenCalled();
    outbox.take(1);
    outbox.settle();
    outbox.settle();
    expect(written.mock.calls).toEqual([[]]);
    expect(outbox.clear()).toBeUndefined();
  });

  it('drops everything when it is cleared, and names the writer that still waits', () => {
    const outbox = new Outbox();
    const written = vi.fn();
    outbox.add([bytes('abc'), bytes('def')], written);
    outbox.take(1);
    expect(outbox.clear()).toBe(written);
    outbox.settle();
    expect([outbox.bytes, outbox.take(10)]).toEqual([0, []]);
    outbox.add([bytes('ghi')], vi.fn());
    expect(texts(outbox.take(10))).toEqual(['ghi']);
    expect(written).not.toHaveBeenCalled();
  });
});
