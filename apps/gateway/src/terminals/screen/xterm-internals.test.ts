import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, it } from 'vitest';
import { freshTerminal, write } from '../../test/screen-viewer.ts';
import { charsetFinal } from './charset-finals.ts';
import { type Cell, internalsOf, parserAction, parserState } from './xterm-internals.ts';

it('is the version whose inside is known', () => {
  const { version } = JSON.parse(
    readFileSync(createRequire(import.meta.url).resolve('@xterm/headless/package.json'), 'utf8'),
  );
  expect(version).toBe('6.0.0');
});

it('reads what a fresh terminal has', () => {
  const core = internalsOf(freshTerminal());
  const { normal, alt, active } = core.buffers;
  expect(active).toBe(normal);
  for (const buffer of [normal, alt]) {
    const { x, y, ybase, savedX, savedY, scrollTop, scrollBottom } = buffer;
    const numbers = { x, y, ybase, savedX, savedY, scrollTop, scrollBottom };
    expect(numbers).toEqual({ x: 0, y: 0, ybase: 0, savedX: 0, savedY: 0, scrollTop: 0, scrollBottom: 9 });
    expect(buffer.savedCurAttrData.extended.underlineColor).toBe(0);
    expect(buffer.savedCharset).toBeUndefined();
    expect(buffer.tabs[8]).toBe(true);
  }
  expect(normal.lines.length).toBe(10);
  expect(normal.lines.isFull).toBe(false);
  expect(core._bufferService.buffer).toBe(normal);
  expect(core.coreService).toMatchObject({
    isCursorHidden: false,
    modes: { insertMode: false },
    decPrivateModes: {
      applicationCursorKeys: false,
      applicationKeypad: false,
      bracketedPasteMode: false,
      cursorBlink: undefined,
      cursorStyle: undefined,
      origin: false,
      reverseWraparound: false,
      sendFocus: false,
      synchronizedOutput: false,
      wraparound: true,
    },
  });
  const { activeProtocol, activeEncoding } = core.coreMouseService;
  expect([activeProtocol, activeEncoding]).toEqual(['NONE', 'DEFAULT']);
  expect(core._charsetService).toMatchObject({ glevel: 0, _charsets: [] });
  expect(core.unicodeService.wcwidth(0x301)).toBe(0);
  const { _windowTitle, _iconName, _parser } = core._inputHandler;
  expect([_windowTitle, _iconName]).toEqual(['', '']);
  expect(Object.keys(_parser._oscParser._handlers)).toEqual(
    expect.arrayContaining(['0', '1', '2', '4', '8', '10', '11', '12']),
  );
  expect(Object.keys(_parser._dcsParser._handlers)).toHaveLength(1);
  // A mode or a part of a buffer that is new in xterm.js would be missing in snapshots.
  expect(Object.keys(core.coreService.decPrivateModes)).toHaveLength(10);
  expect(Object.keys(normal).filter((key) => !key.startsWith('_'))).toEqual([
    'ydisp',
    'ybase',
    'y',
    'x',
    'tabs',
    'savedY',
    'savedX',
    'savedCurAttrData',
    'savedCharset',
    'markers',
    'lines',
    'scrollTop',
    'scrollBottom',
  ]);
});

it('reads cells', async () => {
  const terminal = freshTerminal();
  await write(terminal, '\x1b[4:3;58;5;9m日e\u0301');
  const line = internalsOf(terminal).buffers.normal.lines.get(0);
  const cell = terminal.buffer.active.getNullCell() as unknown as Cell;
  line?.loadCell(0, cell);
  expect([cell.getChars(), cell.getWidth(), cell.getUnderlineStyle(), cell.isProtected()]).toEqual(['日', 2, 3, 0]);
  expect(cell.extended.underlineColor).toBe(0x2000009);
  line?.loadCell(2, cell);
  expect([cell.getChars(), cell.getWidth()]).toEqual(['e\u0301', 1]);
});

it('knows the states and actions of the parser', async () => {
  const terminal = freshTerminal();
  const { _parser } = internalsOf(terminal)._inputHandler;
  const states: Record<string, number> = {};
  for (const sequence of ['', '\x1b', '\x1b[', '\x1b[1<', '\x1b_', '\x1b]', '\x1bP']) {
    await write(terminal, `\x18${sequence}`);
    states[sequence] = _parser.currentState;
  }
  expect(Object.values(states)).toEqual(Object.values(parserState));
  await write(terminal, '\x18\x1bPq');
  const dcsPassthrough = _parser.currentState;
  const { table } = _parser._transitions;
  const actionOf = (state: number, code: number): number => (table[(state << 8) | code] ?? 0) >> 4;
  expect(actionOf(parserState.ground, 0x41)).toBe(parserAction.print);
  expect(actionOf(parserState.ground, 0xa0)).toBe(parserAction.print);
  expect(actionOf(parserState.ground, 0x0a)).toBe(parserAction.execute);
  expect(actionOf(parserState.csiEntry, 0x41)).toBe(parserAction.csiDispatch);
  expect(actionOf(parserState.escape, 0x37)).toBe(parserAction.escDispatch);
  expect(actionOf(parserState.oscString, 0x07)).toBe(parserAction.oscEnd);
  expect(actionOf(dcsPassthrough, 0x18)).toBe(parserAction.dcsUnhook);
});

it('names every character set', async () => {
  const terminal = freshTerminal();
  for (const final of ['0', 'A', '4', '5', 'R', 'Q', 'K', 'Y', '6', 'Z', '7', '=']) {
    await write(terminal, `\x1b(${final}`);
    expect(charsetFinal(internalsOf(terminal)._charsetService.charset)).toBe(final);
  }
  await write(terminal, '\x1b(B');
  expect(charsetFinal(internalsOf(terminal)._charsetService.charset)).toBe('B');
});
