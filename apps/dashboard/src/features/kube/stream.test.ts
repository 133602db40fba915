import { describe, expect, it } from 'vitest';
import { KubeError } from './kube-error.ts';
import { LineSplitter } from './lines.ts';
import { readEvent } from './watch.ts';
import { WatchBudget } from './watch-budget.ts';

describe('LineSplitter', () => {
  const bytes = (text: string) => new TextEncoder().encode(text);
  it('yields the same lines however the bytes are split, even within a character', () => {
    const all = bytes('grüße\r\n{"a":1}\n\nende');
    for (let size = 1; size <= all.length; size++) {
      const splitter = new LineSplitter({ longest: 100 });
      const lines: string[] = [];
      for (let at = 0; at < all.length; at += size) lines.push(...splitter.push(all.subarray(at, at + size)));
      lines.push(...splitter.end());
      expect(lines).toEqual(['grüße', '{"a":1}', '', 'ende']);
    }
  });
  it('does not buffer an endless line', () => {
    const splitter = new LineSplitter({ longest: 4 });
    expect(splitter.push(bytes('abcdefghij'))).toEqual(['abcd', 'efgh']);
    expect(splitter.end()).toEqual(['ij']);
  });
});

describe('readEvent', () => {
  it('throws the error of an ERROR event', () => {
    const line = JSON.stringify({
      type: 'ERROR',
      object: { kind: 'Status', code: 410, reason: 'Expired', message: 'too old' },
    });
    expect(() => readEvent(line)).toThrow(new KubeError({ status: 410, reason: 'Expired', message: 'too old' }));
  });
  it('treats half an event as a lost connection', () => {
    expect(() => readEvent('{"type":"ADD')).toThrow(TypeError);
  });
});

describe('WatchBudget', () => {
  it('refuses above the limit; releasing a place twice frees one', () => {
    const budget = new WatchBudget(1);
    const release = budget.acquire();
    expect(release).toBeDefined();
    expect(budget.acquire()).toBeUndefined();
    release?.();
    release?.();
    expect(budget.acquire()).toBeDefined();
    expect(budget.acquire()).toBeUndefined();
  });
  it('closes an unused view first', () => {
    const budget = new WatchBudget(1);
    const release = budget.acquire();
    let closed = 0;
    budget.offer(() => {
      closed++;
      release?.();
    });
    expect(budget.acquire()).toBeDefined();
    expect(closed).toBe(1);
    expect(budget.acquire()).toBeUndefined();
  });
});
