import { describe, expect, it } from 'vitest';
import { leaps } from './plain-lines.ts';

const numbered = (count: number, prefix = ''): string =>
  Array.from({ length: count }, (_, index) => `${prefix}line ${index}\r\n`).join('');
const drawnOf = (text: string): string => {
  const data = Buffer.from(text, 'latin1');
  let drawn = '';
  let at = 0;
  for (const { from, to } of leaps(data, { before: 3, after: 5 })) {
    drawn += text.slice(at, from);
    at = to;
  }
  return drawn + text.slice(at);
};

describe('of many plain lines', () => {
  it('the first and the last are drawn', () => {
    const expected = ['line 0', 'line 1', 'line 2', 'line 995', 'line 996', 'line 997', 'line 998', 'line 999', '$ '];
    expect(drawnOf(`${numbered(1_000)}$ `)).toBe(expected.join('\r\n'));
  });

  it.each([
    ['as many as must be drawn', numbered(8)],
    ['lines without a carriage return', numbered(1_000).replaceAll('\r', '')],
    ['lines in another alphabet', numbered(1_000, 'é')],
    ['coloured lines', numbered(1_000, '\x1b[31m')],
    ['lines with a backspace', numbered(1_000, 'a\b')],
    ['one line', 'x'.repeat(100_000)],
    ['nothing', ''],
  ])('all are drawn: %s', (_, text) => expect(drawnOf(text)).toBe(text));

  it('those of each run are left out, and what is between two runs is not', () => {
    const drawn = drawnOf(`${numbered(100)}\x1b[31mred\r\n${numbered(9)}`);
    const [first, second] = drawn.split('\x1b');
    expect(first).toBe(numbered(100).replace(/line 3\r\n.*(?=line 95\r\n)/s, ''));
    // The end of the red line is the first of the second run.
    expect(second).toBe(`[31mred\r\n${numbered(9).replace('line 2\r\nline 3\r\n', '')}`);
  });

  it('takes time in proportion to their length, whatever interrupts them', () => {
    const began = performance.now();
    expect(leaps(Buffer.alloc(4 * 1024 * 1024, 'ab\x1b'), { before: 3, after: 5 })).toEqual([]);
    // Looking for the end of a line from each of them would take hours.
    expect(performance.now() - began).toBeLessThan(5_000);
  });
});
