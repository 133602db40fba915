import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { sharedValue } from './shared-value.ts';

const stored = new Map<string, string>();
const remembered = { key: 'size', read: (text: string | null) => ({ size: 1, ...JSON.parse(text ?? '{}') }) };

beforeEach(() => {
  stored.clear();
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, text: string) => stored.set(key, text),
  });
});
afterEach(() => vi.unstubAllGlobals());

it('starts with the stored value, and stores what it is set to', () => {
  stored.set('size', '{"size":3}');
  const value = sharedValue({ size: 1 }, remembered);
  expect(value.get()).toEqual({ size: 3 });
  value.set({ size: 4 });
  expect(value.get()).toEqual({ size: 4 });
  expect(sharedValue({ size: 1 }, remembered).get()).toEqual({ size: 4 });
});

it('returns the same object until it is set', () => {
  const value = sharedValue({ size: 1 }, remembered);
  expect(value.get()).toBe(value.get());
});

it('starts with the initial value if the stored one cannot be parsed', () => {
  stored.set('size', '{');
  expect(sharedValue({ size: 1 }, remembered).get()).toEqual({ size: 1 });
});

it('keeps the value in memory if storage is forbidden', () => {
  const refuse = () => {
    throw new DOMException('no', 'SecurityError');
  };
  vi.stubGlobal('localStorage', { getItem: refuse, setItem: refuse });
  const value = sharedValue({ size: 1 }, remembered);
  expect(value.get()).toEqual({ size: 1 });
  value.set({ size: 2 });
  expect(value.get()).toEqual({ size: 2 });
});
