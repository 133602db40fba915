// @vitest-environment jsdom
import { cleanup, renderHook } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, it, vi } from 'vitest';
import { openingLayer } from '#components/layers.ts';
import { mayTakeFocus, useFocusWhenReady } from './taking-focus.ts';

afterEach(() => {
  cleanup();
  document.body.replaceChildren();
});

const screen = () => ({ focus: vi.fn() });
type Ready = ReturnType<typeof screen> | undefined;

/** A pane whose screen is not ready yet. */
function pane(active = true) {
  const { rerender } = renderHook(
    ({ active, ready }: { active: boolean; ready: Ready }) => useFocusWhenReady(active, ready),
    {
      initialProps: { active, ready: undefined as Ready },
    },
  );
  return (active: boolean, ready: Ready) => rerender({ active, ready });
}

function field(within: Element = document.body): HTMLInputElement {
  const input = document.createElement('input');
  within.append(input);
  return input;
}

it('gives the focus to the screen of an active pane when it is ready, once', () => {
  const show = pane();
  const ready = screen();
  show(true, ready);
  show(true, ready);
  expect(ready.focus).toHaveBeenCalledTimes(1);
});

it('gives it when the pane becomes active', () => {
  const show = pane(false);
  const ready = screen();
  show(false, ready);
  expect(ready.focus).not.toHaveBeenCalled();
  show(true, ready);
  expect(ready.focus).toHaveBeenCalledTimes(1);
});

it('leaves it where the person has begun to type meanwhile', async () => {
  const show = pane();
  await userEvent.type(field(), 'a');
  const ready = screen();
  show(true, ready);
  expect(ready.focus).not.toHaveBeenCalled();
  // A tab that is chosen is wanted, whatever was typed before.
  show(false, ready);
  show(true, ready);
  expect(ready.focus).toHaveBeenCalledTimes(1);
});

it('leaves it to a layer that is opening', () => {
  const show = pane();
  const opened = openingLayer();
  const ready = screen();
  show(true, ready);
  opened();
  expect(ready.focus).not.toHaveBeenCalled();
});

it('a notice may take it from the page and from a terminal, but not from another field', () => {
  expect(mayTakeFocus()).toBe(true);
  const terminal = document.createElement('div');
  terminal.className = 'xterm';
  document.body.append(terminal);
  field(terminal).focus();
  expect(mayTakeFocus()).toBe(true);
  field().focus();
  expect(mayTakeFocus()).toBe(false);
});
