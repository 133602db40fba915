import fc from 'fast-check';
import { expect, it } from 'vitest';
import { TerminalFilter } from './terminal-filter.ts';

const filtered = (...parts: string[]): string => {
  const filter = new TerminalFilter();
  return parts.map((part) => filter.push(part)).join('');
};

it.each([
  ['a title', 'a\x1b]0;evil\x07b', 'ab'],
  ['a title that ends with ST', 'a\x1b]2;evil\x1b\\b', 'ab'],
  ['the clipboard', 'a\x1b]52;c;ZXZpbA==\x07b', 'ab'],
  ['the clipboard with C1 controls', 'a\x9d52;c;ZXZpbA==\x9cb', 'ab'],
  ['a string that another sequence ends', 'a\x1b]0;evil\x1b[31mb', 'a\x1b[31mb'],
  ['a device control string', 'a\x1bP+q544e\x1b\\b', 'ab'],
  ['an application command', 'a\x1b_Gevil\x1b\\b', 'ab'],
  [
    'questions that the terminal answers',
    'a\x1b[c\x1b[>c\x1b[6n\x1b[?6n\x1b[21t\x1b[x\x1b[?1$p\x1b[>q\x1bZ\x05b',
    'ab',
  ],
  ['a reset', 'a\x1bcb', 'ab'],
])('leaves out %s', (_, text, expected) => {
  expect(filtered(text)).toBe(expected);
});

it('keeps colours, movements, alternate screens and character sets', () => {
  const text = '\x1b[1;31mred\x1b[0m\x1b[2J\x1b[10;20H\x1b[?1049h\x1b(0\x1b7\x1b8\x1b[?25l grüß 漢字 🐈\r\n\t\x08';
  expect(filtered(text)).toBe(text);
});

it('filters the same however its text is split', () => {
  const part = fc.constantFrom(
    '\x1b',
    ']',
    '0;t',
    '\x07',
    '\\',
    '[',
    '31',
    'm',
    'n',
    'P',
    '\x9d',
    '\x9c',
    'x',
    '(',
    '0',
    'é',
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 40 }), (parts) => {
      const whole = filtered(parts.join(''));
      expect(filtered(...parts)).toBe(whole);
      expect(whole).not.toMatch(/[\x80-\x9f]/);
      for (const opening of ']P_^X') expect(whole).not.toContain(`\x1b${opening}`);
    }),
    { numRuns: 2_000 },
  );
});
