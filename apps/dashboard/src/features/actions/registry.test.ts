import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Action } from './action.ts';
import { ActionRegistry } from './registry.ts';

const plain = { inField: false, covered: false };
const key = (key: string, modifiers: Partial<Record<'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey', boolean>> = {}) => ({
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  ...modifiers,
});

describe('ActionRegistry', () => {
  let now = 0;
  let registry: ActionRegistry;
  const add = (keys: string, inFields = false) => {
    const run = vi.fn();
    const action: Action<unknown> = { id: `test.${keys}`, keys, label: keys, group: 'page', inFields, run };
    const remove = registry.register([action], () => undefined);
    return { run, remove };
  };
  beforeEach(() => {
    now = 0;
    registry = new ActionRegistry({ apple: false, clock: () => now });
  });

  it('runs a chord, but not the same key without its modifier', () => {
    const palette = add('mod+k');
    expect(registry.press(key('k'), plain)).toBe(false);
    expect(registry.press(key('k', { ctrlKey: true }), plain)).toBe(true);
    expect(palette.run).toHaveBeenCalledTimes(1);
  });

  it('uses the command key as mod on Apple, not Ctrl', () => {
    registry = new ActionRegistry({ apple: true, clock: () => now });
    const palette = add('mod+k');
    registry.press(key('k', { ctrlKey: true }), plain);
    expect(palette.run).not.toHaveBeenCalled();
    registry.press(key('k', { metaKey: true }), plain);
    expect(palette.run).toHaveBeenCalledTimes(1);
  });

  it('ignores Shift for symbols, and requires it for capital letters', () => {
    const help = add('?');
    const end = add('shift+g');
    registry.press(key('?', { shiftKey: true }), plain);
    registry.press(key('G', { shiftKey: true }), plain);
    expect(help.run).toHaveBeenCalledTimes(1);
    expect(end.run).toHaveBeenCalledTimes(1);
  });

  it('runs a sequence, and forgets it after a pause', () => {
    const pods = add('g p');
    expect(registry.press(key('g'), plain)).toBe(true);
    expect(registry.press(key('p'), plain)).toBe(true);
    expect(pods.run).toHaveBeenCalledTimes(1);
    registry.press(key('g'), plain);
    now += 2000;
    expect(registry.press(key('p'), plain)).toBe(false);
    expect(pods.run).toHaveBeenCalledTimes(1);
  });

  it('handles the last key of a broken sequence on its own', () => {
    add('g p');
    const next = add('j');
    registry.press(key('g'), plain);
    registry.press(key('j'), plain);
    expect(next.run).toHaveBeenCalledTimes(1);
  });

  it('ignores keys in fields unless the action allows it, and all keys under a dialog', () => {
    const filter = add('/');
    const palette = add('mod+k', true);
    expect(registry.press(key('/'), { inField: true, covered: false })).toBe(false);
    registry.press(key('k', { ctrlKey: true }), { inField: true, covered: false });
    expect(filter.run).not.toHaveBeenCalled();
    expect(palette.run).toHaveBeenCalledTimes(1);
    registry.press(key('k', { ctrlKey: true }), { inField: false, covered: true });
    expect(palette.run).toHaveBeenCalledTimes(1);
  });

  it('prefers the inner view, and the outer one again once it is gone', () => {
    const outer = add('/');
    const inner = add('/');
    registry.press(key('/'), plain);
    inner.remove();
    registry.press(key('/'), plain);
    expect(inner.run).toHaveBeenCalledTimes(1);
    expect(outer.run).toHaveBeenCalledTimes(1);
  });

  it('checks at each press whether an action is enabled; if not, the outer one gets the keys', () => {
    const outer = add('d');
    let chosen: string | undefined;
    const run = vi.fn();
    registry.register<string | undefined>(
      [{ id: 'inner', keys: 'd', label: 'Delete', group: 'page', enabled: (name) => name !== undefined, run }],
      () => chosen,
    );
    registry.press(key('d'), plain);
    expect(outer.run).toHaveBeenCalledTimes(1);
    chosen = 'pod-a';
    registry.press(key('d'), plain);
    expect(run.mock.calls).toEqual([['pod-a']]);
    expect(outer.run).toHaveBeenCalledTimes(1);
  });

  it('lists enabled actions once each, with the keys that run them', () => {
    const action = (id: string, keys: string, can = true): Action<string> => ({
      id,
      keys,
      label: (name) => `${id} ${name}`,
      group: 'page',
      enabled: () => can,
      run: () => undefined,
    });
    const context = () => 'x';
    registry.register([action('sessions', 'g s'), action('logs', 'l'), action('idle', 'i', false)], context);
    const remove = registry.register([action('services', 'g s'), action('logs', 'l')], context);
    const shown = () => registry.list().map(({ label, keys }) => `${label}: ${keys ?? 'none'}`);
    expect(shown()).toEqual(['sessions x: none', 'services x: g s', 'logs x: l']);
    remove();
    expect(shown()).toEqual(['sessions x: g s', 'logs x: l']);
  });

  it('notifies subscribers when actions are added and removed', () => {
    const seen: number[] = [];
    registry.subscribe(() => seen.push(registry.version));
    add('j').remove();
    expect(new Set(seen).size).toBe(2);
  });
});
