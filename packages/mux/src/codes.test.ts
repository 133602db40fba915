import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { resetCodeOf, resetCodes } from './codes.ts';
import { FrameType } from './frame.ts';

const document = readFileSync(new URL('../../../docs/protocol.md', import.meta.url), 'utf8');

/** The rows of the table under a heading, as lists of cells. */
function table(heading: string): string[][] {
  const after = document.split(new RegExp(`^#+ ${heading}$`, 'm'))[1] ?? '';
  const rows = (after.split(/^#/m)[0] ?? '').split('\n').filter((line) => line.startsWith('|'));
  return rows.slice(2).map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

it('has the reset codes of docs/protocol.md', () => {
  const written = table('Reset codes').map(([wire, code, status, sentence]) => [
    code,
    { wire: Number(wire), httpStatus: Number(status), sentence },
  ]);
  expect(Object.fromEntries(written)).toEqual(resetCodes);
});

it('has the frame types of docs/protocol.md', () => {
  const written = table('Frames').filter(([, name]) => name !== '–');
  expect(Object.fromEntries(written.map(([type, name]) => [name?.toLowerCase(), Number(type)]))).toEqual(FrameType);
});

it('maps unknown codes to internal', () => {
  expect([resetCodeOf(0), resetCodeOf(1), resetCodeOf(65_535)]).toEqual(['internal', 'cancelled', 'internal']);
});
