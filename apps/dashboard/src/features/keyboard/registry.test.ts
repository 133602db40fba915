import { beforeEach, describe, expect, it, vi } from 'vitest';
import { ShortcutRegistry } from './registry.ts';

const plain = { inField: false, covered: false };
const key = (key: string, modifiers: Partial<Record<'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey', boolean>> = {}) => ({
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  ...modifiers,
});

describe('ShortcutRegistry', () => {
  let now = 0;
  let registry: ShortcutRegistry;
  const add = (keys: string, inFields = false) => {
    const run = vi.fn();
    const remove = registry.register({ keys, label: keys, group: 'Test', inFields, run });
    return { run, remove };
  };
  beforeEach(() => {
    now = 0;
    registry = new ShortcutRegistry({ apple: false, clock: () => now });
  });

  it('runs a chord, and not the same key with another modifier', () => {
    const palette = add('mod+k');
    expect(registry.press(key('k'), plain)).toBe(false);
    expect(registry.press(key('k', { ctrlKey: true }), plain)).toBe(true);
    expect(palette.run).toHaveBeenCalledTimes(1);
  });

  it('takes the command key for mod on Apple, and not Ctrl', () => {
    registry = new ShortcutRegistry({ apple: true, clock: () => now });
    const palette = add('mod+k');
    registry.press(key('k', { ctrlKey: true }), plain);
    expect(palette.run).not.toHaveBeenCalled();
    registry.press(key('k', { metaKey: true }), plain);
    expect(palette.run).toHaveBeenCalledTimes(1);
  });

  it('knows signs whatever shift they need, and capital letters by shift', () => {
    const help = add('?');
    const end = add('shift+g');
    registry.press(key('?', { shiftKey: true }), plain);
    registry.press(key('G', { shiftKey: true }), plain);
    expect(help.run).toHaveBeenCalledTimes(1);
    expect(end.run).toHaveBeenCalledTimes(1);
  });

  it('follows a sequence, and forgets it after a while', () => {
    const pods = add('g p');
    expect(registry.press(key('g'), plain)).toBe(true);
    expect(registry.press(key('p'), plain)).toBe(true);
    expect(pods.run).toHaveBeenCalledTimes(1);
    registry.press(key('g'), plain);
    now += 2000;
    expect(registry.press(key('p'), plain)).toBe(false);
    expect(pods.run).toHaveBeenCalledTimes(1);
  });

  it('takes a broken sequence’s last key for itself', () => {
    add('g p');
    const next = add('j');
    registry.press(key('g'), plain);
    registry.press(key('j'), plain);
    expect(next.run).toHaveBeenCalledTimes(1);
  });

  it('is silent in fields but for those that say so, and under a dialog altogether', () => {
    const filter = add('/');
    const palette = add('mod+k', true);
    expect(registry.press(key('/'), { inField: true, covered: false })).toBe(false);
    registry.press(key('k', { ctrlKey: true }), { inField: true, covered: false });
    expect(filter.run).not.toHaveBeenCalled();
    expect(palette.run).toHaveBeenCalledTimes(1);
    registry.press(key('k', { ctrlKey: true }), { inField: false, covered: true });
    expect(palette.run).toHaveBeenCalledTimes(1);
  });

  it('lets the inner view win, and the outer again when it goes', () => {
    const outer = add('/');
    const inner = add('/');
    registry.press(key('/'), plain);
    inner.remove();
    registry.press(key('/'), plain);
    expect(inner.run).toHaveBeenCalledTimes(1);
    expect(outer.run).toHaveBeenCalledTimes(1);
  });
});
