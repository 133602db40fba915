import { useLeakCheck } from '@postern/testkit';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Interrupt, interrupts, interruptTimes } from './interrupt.ts';

useLeakCheck();
beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it.each([
  ['ls\r', false],
  ['\x03', true],
  ['abc\x03', true],
  ['\x1a', true],
  ['\x1c', true],
  ['\x04', false],
  ['', false],
])('%j interrupts: %s', (input, expected) => expect(interrupts(new TextEncoder().encode(input))).toBe(expected));

it('is over when the process has been quiet', () => {
  let over = 0;
  const interrupt = new Interrupt(() => over++);
  interrupt.start();
  vi.advanceTimersByTime(interruptTimes.quiet - 1);
  interrupt.output();
  vi.advanceTimersByTime(interruptTimes.quiet - 1);
  expect([over, interrupt.isActive]).toEqual([0, true]);
  vi.advanceTimersByTime(1);
  expect([over, interrupt.isActive]).toEqual([1, false]);
  vi.advanceTimersByTime(interruptTimes.longest);
  expect(over).toBe(1);
});

it('does not wait for ever for a process that ignores it', () => {
  let over = 0;
  const interrupt = new Interrupt(() => over++);
  interrupt.start();
  for (let ms = 0; ms < interruptTimes.longest; ms += 50) {
    expect(over).toBe(0);
    interrupt.output();
    vi.advanceTimersByTime(50);
  }
  expect(over).toBe(1);
  interrupt.output();
  vi.advanceTimersByTime(interruptTimes.longest);
  expect(over).toBe(1);
});

it('can be stopped', () => {
  const interrupt = new Interrupt(() => expect.fail('not stopped'));
  interrupt.start();
  interrupt.stop();
  expect(interrupt.isActive).toBe(false);
  vi.advanceTimersByTime(interruptTimes.longest);
});
