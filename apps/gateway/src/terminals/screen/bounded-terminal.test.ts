import type { Terminal } from '@xterm/headless';
import { describe, expect, it, vi } from 'vitest';
import { write } from '../../test/screen-viewer.ts';
import { boundedTerminal } from './bounded-terminal.ts';
import { internalsOf } from './xterm-internals.ts';

const size = { columns: 80, rows: 24 };
const firstLine = (terminal: Terminal): string | undefined =>
  terminal.buffer.active.getLine(0)?.translateToString(true);

describe('a bounded terminal', () => {
  it('answers no query, because nobody listens', async () => {
    const terminal = boundedTerminal(size, 100);
    expect(Object.keys(internalsOf(terminal)._inputHandler._parser._oscParser._handlers)).toEqual(['0', '1', '2']);
    expect(Object.keys(internalsOf(terminal)._inputHandler._parser._dcsParser._handlers)).toEqual([]);
  });

  it.each(['\x1b]2;', '\x1b]0;', '\x1b]8;;', '\x1b]52;c;', '\x1bP$q', '\x1bPq', '\x1b_', '\x1b^'])(
    'keeps nothing of an endless string (%j)',
    async (start) => {
      const terminal = boundedTerminal(size, 100);
      await write(terminal, start);
      const held = (): number => JSON.stringify(internalsOf(terminal)._inputHandler._parser, withoutFunctions).length;
      const before = held();
      for (let round = 0; round < 64; round++) await write(terminal, 'x'.repeat(64 * 1024));
      expect(held() - before).toBeLessThan(8 * 1024);
      await write(terminal, '\x1b\\after');
      expect(firstLine(terminal)).toBe('after');
      expect(internalsOf(terminal)._inputHandler._windowTitle).toBe('');
    },
  );

  it('keeps a title of usual length', async () => {
    const terminal = boundedTerminal(size, 100);
    await write(terminal, `\x1b]2;${'t'.repeat(1024)}\x07`);
    expect(internalsOf(terminal)._inputHandler._windowTitle).toHaveLength(1024);
  });

  it('keeps 32 code points of a character', async () => {
    const terminal = boundedTerminal(size, 100);
    for (let round = 0; round < 100; round++)
      await write(terminal, `${round === 0 ? 'a' : ''}${'\u0301'.repeat(1000)}`);
    expect(terminal.buffer.active.getLine(0)?.getCell(0)?.getChars()).toBe(`a${'\u0301'.repeat(31)}`);
    await write(terminal, 'be\u0302');
    expect(firstLine(terminal)?.slice(32)).toBe('be\u0302');
  });

  it.each(['S', 'T', 'L', 'M', 'I', 'Z', 'b', '@', 'P', 'X', 'A', 'B', 'C', 'D', 'J', 'K', 'g'])(
    'does at once what is asked for two billion times (%s)',
    async (final) => {
      const terminal = boundedTerminal(size, 100);
      const started = performance.now();
      await write(terminal, `x\x1b[2147483647${final}`);
      // Unbounded, the first of them take minutes, or more memory than there is.
      expect(performance.now() - started).toBeLessThan(5_000);
      expect(terminal.buffer.active.length).toBeLessThanOrEqual(124);
    },
  );

  it.each([
    ['an empty screen', ''],
    ['text', 'above\r\n'],
    ['the alternate screen', '\x1b[?1049h'],
  ])('erases all of a screen up to its last cell: %s', async (_, before) => {
    const terminal = boundedTerminal(size, 100);
    await write(terminal, `${before}x\x1b[24;80Hz\x1b[1J\x1b[Hafter`);
    const lines = Array.from({ length: 24 }, (_, row) => terminal.buffer.active.getLine(row)?.translateToString(true));
    expect(lines).toEqual(['after', ...Array(23).fill('')]);
  });

  it('goes on after an error of the emulator', async () => {
    const terminal = boundedTerminal(size, 100);
    terminal.parser.registerCsiHandler({ final: '~' }, () => {
      throw new Error('made by this test');
    });
    await write(terminal, 'before\x1b[1~lost');
    await write(terminal, ' after');
    expect(firstLine(terminal)).toBe('before after');
  });

  it('keeps no links', async () => {
    const terminal = boundedTerminal(size, 100);
    await write(terminal, '\x1b]8;;https://example.com\x1b\\link\x1b]8;;\x1b\\');
    expect(firstLine(terminal)).toBe('link');
    expect(internalsOf(terminal)._inputHandler._curAttrData.extended.underlineColor).toBe(0);
  });

  it('survives 4 MiB of noise, and tells nobody', async () => {
    const log = vi.spyOn(console, 'error').mockReturnValue();
    const terminal = boundedTerminal(size, 100);
    const parts = [
      '\x1b[',
      '\x1b]',
      '\x1bP',
      '\x1b#8',
      ';',
      '9999',
      'm',
      'H',
      'r',
      'S',
      'L',
      '\n',
      '日',
      '\u0301',
      '\x07',
      '\x18',
      '?1049h',
      'x',
      '\x9b',
    ];
    let seed = 1;
    const next = (below: number): number => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed % below;
    };
    for (let bytes = 0; bytes < 4 * 1024 * 1024; ) {
      const noise = Buffer.concat(
        Array.from({ length: 2_000 }, () =>
          next(3) ? Buffer.from(parts[next(parts.length)] ?? '') : Buffer.from([next(256)]),
        ),
      );
      await write(terminal, noise);
      bytes += noise.byteLength;
    }
    expect(terminal.buffer.normal.length).toBeLessThanOrEqual(124);
    expect(log).not.toHaveBeenCalled();
    log.mockRestore();
  });

  it('moves a saved cursor up with its line, also when the scrollback is full', async () => {
    const terminal = boundedTerminal(size, 10);
    await write(terminal, `${'\n'.repeat(100)}\x1b[20H\x1b7\x1b[24H\n\n\n\x1b8`);
    expect(terminal.buffer.active.cursorY).toBe(16);
  });
});

function withoutFunctions(key: string, value: unknown): unknown {
  return key === '_transitions' || key === '_store' ? undefined : value;
}
