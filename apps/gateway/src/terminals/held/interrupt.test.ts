import { useLeakCheck } from '@postern/testkit';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { commands, Interrupt, interrupts, interruptTimes } from './interrupt.ts';

const flood = Buffer.from('y\r\n');

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

it.each([
  ['ls', false],
  ['ls\r', true],
  ['\n', true],
])('%j is a command: %s', (input, expected) => expect(commands(new TextEncoder().encode(input))).toBe(expected));

it('can wait again for what comes late, until the same time, unless a command was typed', () => {
  let over = 0;
  const interrupt = new Interrupt(() => over++);
  interrupt.start();
  interrupt.forget();
  vi.advanceTimersByTime(interruptTimes.quiet);
  expect([over, interrupt.isActive, interrupt.isRecent]).toEqual([1, false, true]);
  interrupt.resume();
  for (let ms = interruptTimes.quiet; ms < interruptTimes.longest; ms += 50) {
    expect(over).toBe(1);
    interrupt.output(flood);
    vi.advanceTimersByTime(50);
  }
  expect([over, interrupt.isActive, interrupt.isRecent]).toEqual([2, false, false]);
  interrupt.start();
  vi.advanceTimersByTime(interruptTimes.quiet);
  interrupt.forget();
  expect([over, interrupt.isRecent]).toEqual([3, false]);
});

it('is over when the process has been quiet', () => {
  let over = 0;
  const interrupt = new Interrupt(() => over++);
  interrupt.start();
  vi.advanceTimersByTime(interruptTimes.quiet - 1);
  interrupt.output(flood);
  vi.advanceTimersByTime(interruptTimes.quiet - 1);
  expect([over, interrupt.isActive]).toEqual([0, true]);
  vi.advanceTimersByTime(1);
  expect([over, interrupt.isActive]).toEqual([1, false]);
  vi.advanceTimersByTime(interruptTimes.longest);
  expect(over).toBe(1);
});

it.each(['^C', '^Z', '^\\'])('is over soon after the terminal has echoed the key as %s', (echo) => {
  let over = 0;
  const interrupt = new Interrupt(() => over++);
  interrupt.start();
  interrupt.output(flood);
  interrupt.output(Buffer.from(`y\r\n${echo}\r\n`));
  vi.advanceTimersByTime(interruptTimes.quietAfterEcho - 1);
  interrupt.output(Buffer.from('$ '));
  vi.advanceTimersByTime(interruptTimes.quietAfterEcho - 1);
  expect(over).toBe(0);
  vi.advanceTimersByTime(1);
  expect(over).toBe(1);
  // Unless the program itself had printed that.
  expect(interrupt.isRecent).toBe(true);
  interrupt.stop();
});

it('does not wait for ever for a process that ignores it', () => {
  let over = 0;
  const interrupt = new Interrupt(() => over++);
  interrupt.start();
  for (let ms = 0; ms < interruptTimes.longest; ms += 50) {
    expect(over).toBe(0);
    interrupt.output(flood);
    vi.advanceTimersByTime(50);
  }
  expect(over).toBe(1);
  interrupt.output(flood);
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
