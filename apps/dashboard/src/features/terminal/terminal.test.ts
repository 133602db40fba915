import { describe, expect, it } from 'vitest';
import { pastedText } from './pasted-text.ts';
import { terminalKey } from './terminal-key.ts';
import { readTerminalSettings } from './terminal-settings.ts';

describe('terminalKey', () => {
  const press = (key: string, ...held: ('ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey')[]) => ({
    key,
    ctrlKey: held.includes('ctrlKey'),
    metaKey: held.includes('metaKey'),
    altKey: held.includes('altKey'),
    shiftKey: held.includes('shiftKey'),
  });

  const pc = { apple: false, selected: false };
  const apple = { apple: true, selected: false };

  it('leaves Ctrl to the shell', () => {
    for (const key of ['c', 'k', 'f', 'r', 'w']) expect(terminalKey(press(key, 'ctrlKey'), pc)).toBe('shell');
    for (const key of ['c', 'v']) expect(terminalKey(press(key, 'ctrlKey'), apple)).toBe('shell');
    expect(terminalKey(press('v', 'ctrlKey', 'altKey'), pc)).toBe('shell');
  });

  it('pastes with Ctrl-V, and copies with Ctrl-C while text is selected', () => {
    expect(terminalKey(press('v', 'ctrlKey'), pc)).toBe('paste');
    expect(terminalKey(press('c', 'ctrlKey'), { ...pc, selected: true })).toBe('copy');
    expect(terminalKey(press('c'), { ...pc, selected: true })).toBe('shell');
    expect(terminalKey(press('c', 'ctrlKey'), { ...apple, selected: true })).toBe('shell');
  });

  it('copies, pastes and searches with Ctrl-Shift, or ⌘', () => {
    expect(terminalKey(press('C', 'ctrlKey', 'shiftKey'), pc)).toBe('copy');
    expect(terminalKey(press('V', 'ctrlKey', 'shiftKey'), pc)).toBe('paste');
    expect(terminalKey(press('F', 'ctrlKey', 'shiftKey'), pc)).toBe('search');
    expect(terminalKey(press('c', 'metaKey'), apple)).toBe('copy');
    expect(terminalKey(press('v', 'metaKey'), apple)).toBe('paste');
    expect(terminalKey(press('k', 'metaKey'), apple)).toBe('page');
  });

  it('leaves the keys for leaving the terminal to the page', () => {
    expect(terminalKey(press('`', 'ctrlKey'), pc)).toBe('page');
    expect(terminalKey(press('PageDown', 'ctrlKey', 'shiftKey'), pc)).toBe('page');
    expect(terminalKey(press('PageDown', 'shiftKey'), pc)).toBe('shell');
  });
});

it('pastes text without anything that a terminal would take for a key or for the end of the paste', () => {
  expect(pastedText('one\ttwo\r\nthree\nžluťoučký 🐎')).toBe('one\ttwo\r\nthree\nžluťoučký 🐎');
  expect(pastedText('ls\x1b[201~\nrm -rf .\x03\x7f\x9b201~\0')).toBe('ls[201~\nrm -rf .201~');
});

it('limits terminal settings to valid values', () => {
  expect(readTerminalSettings('{"fontSize":99,"copyOnSelect":true}')).toEqual({
    fontSize: 24,
    copyOnSelect: true,
    screenReader: false,
  });
  for (const stored of [null, '', '[', '7', '{"fontSize":"big"}'])
    expect(readTerminalSettings(stored).fontSize).toBe(13);
});
