import { beforeEach, describe, expect, it, vi } from 'vitest';
import { draftKey } from './draft-key.ts';
import { DraftStore, limits } from './draft-store.ts';
import { mayHoldSecret } from './secret-text.ts';

const DAY = 24 * 60 * 60 * 1000;
const open = { secret: false };

describe('drafts', () => {
  let stored: Map<string, string>;
  let now: number;
  let full: boolean;
  /** A page of this browser. */
  const page = () =>
    new DraftStore(
      {
        keys: () => [...stored.keys()],
        read: (key) => stored.get(key) ?? null,
        write: (key, text) => {
          if (text === null) stored.delete(key);
          else if (!full) stored.set(key, text);
        },
      },
      () => now,
    );
  const keep = (key: string, text: string, on = page()) => {
    on.put(key, { text }, open);
    on.flush();
    return on;
  };
  beforeEach(() => {
    stored = new Map();
    now = 1_000_000 * DAY;
    full = false;
  });

  it('are offered by the next page, with the object that they began with', () => {
    const base = { metadata: { name: 'web' } };
    const first = page();
    first.put('a', { text: 'x', base }, open);
    expect(first.get('a')).toEqual({ text: 'x', base, at: now });
    first.flush();
    expect(page().get('a')).toEqual({ text: 'x', base, at: now });
    first.remove('a');
    expect(page().get('a')).toBeUndefined();
  });

  it('are stored by themselves once typing pauses', async () => {
    vi.useFakeTimers();
    try {
      const typing = page();
      typing.put('a', { text: 'x' }, open);
      expect(stored.size).toBe(0);
      await vi.advanceTimersByTimeAsync(500);
      expect(page().get('a')?.text).toBe('x');
    } finally {
      vi.useRealTimers();
    }
  });

  it('are forgotten after seven days, read or not', () => {
    keep('a', 'x');
    keep('b', 'x');
    now += 7 * DAY - 1;
    expect(page().get('a')?.text).toBe('x');
    now += 1;
    expect(page().get('a')).toBeUndefined();
    expect(stored.has('a')).toBe(false);
    keep('c', 'x');
    expect([...stored.keys()]).toEqual(['c']);
  });

  it('give way to newer ones, the oldest first', () => {
    for (let index = 0; index <= limits.count; index++) {
      now += 1000;
      keep(`${index}`, 'x');
    }
    expect(stored.size).toBe(limits.count);
    expect(page().get('0')).toBeUndefined();
    expect(page().get('1')?.text).toBe('x');
  });

  it('take a bounded part of what the browser stores', () => {
    for (let index = 0; index < 10; index++) {
      now += 1000;
      keep(`${index}`, 'x'.repeat(limits.length - 100));
    }
    const length = [...stored.values()].reduce((sum, { length }) => sum + length, 0);
    expect(length).toBeLessThanOrEqual(limits.total);
    expect(stored.size).toBe(4);
    expect(stored.has('9')).toBe(true);
  });

  it('stay in memory if they are too large, and say so, until they fit again', () => {
    const one = keep('a', 'small');
    expect(one.volatile).toBe(false);
    keep('a', 'x'.repeat(limits.length), one);
    expect(one.get('a')?.text).toHaveLength(limits.length);
    expect(one.unstored('a')).toBe('large');
    expect(stored.size).toBe(0);
    keep('a', 'small', one);
    expect(one.volatile).toBe(false);
  });

  it('stay in memory if the browser stores nothing more', () => {
    full = true;
    const one = keep('a', 'x');
    expect(one.unstored('a')).toBe('refused');
    expect(one.get('a')?.text).toBe('x');
  });

  it('are never stored if they are secret, not even what was not secret before', () => {
    const one = keep('a', 'kind: Conf');
    one.put('a', { text: 'kind: Secret' }, { secret: true });
    expect(stored.size).toBe(0);
    one.flush();
    expect(stored.size).toBe(0);
    expect(one.get('a')?.text).toBe('kind: Secret');
    expect(one.unstored('a')).toBe('secret');
    keep('a', 'kind: ConfigMap', one);
    expect(one.volatile).toBe(false);
    expect(page().get('a')?.text).toBe('kind: ConfigMap');
  });

  it('follow what another tab does, unless this one has changes of its own', () => {
    const one = keep('a', 'x');
    const other = page();
    other.remove('a');
    one.noticeStored('a');
    expect(one.get('a')).toBeUndefined();
    one.put('a', { text: 'y' }, open);
    one.noticeStored('a');
    expect(one.get('a')?.text).toBe('y');
  });

  it('ignore what is not a draft', () => {
    for (const text of ['', 'x', '{}', `${now} {}`, `${now} {"text":1}`, `${now} [`]) {
      stored.set('a', text);
      expect(page().get('a')).toBeUndefined();
    }
  });
});

it('keeps the drafts of people, organizations, clusters and objects apart', () => {
  const of = { user: 'u', organization: 'o', cluster: 'c', object: ['pods', 'n', 'x'] };
  const keys = [
    of,
    { ...of, user: 'v' },
    { ...of, organization: 'p' },
    { ...of, cluster: 'd' },
    { ...of, object: ['pods', 'n/x'] },
    { ...of, object: [] },
  ].map(draftKey);
  expect(new Set(keys).size).toBe(keys.length);
});

it('recognizes text that may hold secret data, also if it is unfinished', () => {
  for (const text of [
    'kind: Secret',
    '"kind":"Secret"',
    'kind: [Secret',
    'kind: secret\n',
    'stringData:',
    'x\n---\nkind: Secret',
  ])
    expect(mayHoldSecret(text), text).toBe(true);
  for (const text of ['kind: ConfigMap', 'kind: SecretStore', 'secretName: x', 'secret:\n  name: x'])
    expect(mayHoldSecret(text), text).toBe(false);
});
