import fc from 'fast-check';
import { expect, it } from 'vitest';
import { freshTerminal, write } from '../../test/screen-viewer.ts';
import { BoundaryScanner } from './boundary-scanner.ts';
import { internalsOf, parserState } from './xterm-internals.ts';

const boundaryOf = (text: string): number => new BoundaryScanner().scan(Buffer.from(text));

it.each([
  ['plain text', 'abc', 2],
  ['a line', 'abc\r\n', 5],
  ['a colour', 'a\x1b[31m', 6],
  ['a colour that is incomplete', 'a\x1b[31', 0],
  ['a title', 'a\x1b]2;title\x1b\\', 12],
  ['a title that is incomplete, with lines', 'a\x1b]2;ti\r\ntle', 0],
  ['a string that is incomplete', '\n\x1bPabc\ndef', 1],
  ['a string that was given up', '\x1bPabc\x18', 6],
  ['wide characters', 'a日本', 0],
  ['a combining character', 'ae\u0301', 1],
  ['eight-bit controls', 'a\u009b3', 0],
  ['nothing', '', -1],
])('finds the last boundary in %s', (_, text, boundary) => {
  expect(boundaryOf(text)).toBe(boundary);
});

const part = fc.oneof(
  fc.constantFrom(
    '\x1b',
    '\x1b[',
    '\x1b]',
    '\x1bP',
    '\x1b_',
    '\x1b\\',
    '\x07',
    '\x18',
    '\n',
    ';',
    '1',
    'm',
    'q',
    '?',
    '$',
    'é',
    '日',
    '\u0301',
    '\u009b',
    '\u009d',
    '\u009c',
    '\ufeff',
  ),
  fc.string({ unit: 'binary', maxLength: 4 }),
);
const bytes = fc
  .array(
    fc.oneof(
      { weight: 9, arbitrary: part.map((text) => Buffer.from(text)) },
      { weight: 1, arbitrary: fc.uint8Array({ maxLength: 3 }) },
    ),
    {
      maxLength: 30,
    },
  )
  .map((all) => Buffer.concat(all));

it('is where the parser of xterm.js is between two sequences, and joins nothing', async () => {
  await fc.assert(
    fc.asyncProperty(bytes, async (data) => {
      const scanner = new BoundaryScanner();
      for (let at = 0; at < data.byteLength; at++) {
        const found = scanner.scan(data.subarray(at, at + 1));
        if (found < 0) continue;
        const terminal = freshTerminal();
        await write(terminal, data.subarray(0, at + found));
        const { currentState, precedingJoinState } = internalsOf(terminal)._inputHandler._parser;
        expect(currentState).toBe(parserState.ground);
        const next = data[at + found] ?? 0;
        expect(precedingJoinState === 0 || (next >= 0x20 && next < 0x7f)).toBe(true);
      }
    }),
    { numRuns: 200 },
  );
});

it('finds the same in any chunks', () => {
  fc.assert(
    fc.property(bytes, fc.integer({ min: 1, max: 7 }), (data, chunk) => {
      const scanner = new BoundaryScanner();
      let boundary = -1;
      for (let at = 0; at < data.byteLength; at += chunk) {
        const found = scanner.scan(data.subarray(at, at + chunk));
        if (found >= 0) boundary = at + found;
      }
      expect(boundary).toBe(new BoundaryScanner().scan(data));
    }),
  );
});
