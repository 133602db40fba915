import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { freshTerminal, play, write } from '../../test/screen-viewer.ts';
import { runs, type Step, script } from '../../test/terminal-script.ts';
import { stateOf } from '../../test/terminal-state.ts';
import { snapshotOf } from './snapshot.ts';
import { internalsOf } from './xterm-internals.ts';

const scrollback = 1000;

/** A terminal that has played these steps, and a fresh one that was brought to the same state, also after restoring cursors. */
async function both(steps: Step[]): Promise<{ original: object[]; copy: object[]; snapshot: string }> {
  const original = freshTerminal();
  await play(original, steps);
  const copy = freshTerminal({ columns: original.cols, rows: original.rows });
  const snapshot = snapshotOf(original, scrollback);
  await write(copy, snapshot);
  const states = [original, copy].map((terminal) => [stateOf(terminal, scrollback)]);
  for (const restore of steps.every((step) => typeof step === 'string') ? ['\x1b8', '\x1b[?1047l\x1b8'] : []) {
    for (const [index, terminal] of [original, copy].entries()) {
      await write(terminal, restore);
      states[index]?.push(stateOf(terminal, scrollback));
    }
  }
  return { original: states[0] ?? [], copy: states[1] ?? [], snapshot };
}

describe('a snapshot', () => {
  it('of a fresh terminal changes nothing', async () => {
    const { copy } = await both([]);
    expect(copy[0]).toEqual(stateOf(freshTerminal(), scrollback));
  });

  it.each<[string, Step[]]>([
    ['colours and styles', ['\x1b[1;31mred\x1b[0;48;2;1;2;3mblue\x1b[4:3;58;5;9mcurly\x1b[0;9;53;2;7mx']],
    ['an erased background', ['\x1b[44mabc\x1b[K\r\n\x1b[2Kdef']],
    ['an empty cell with a style', [`\x1b[7m${'x'.repeat(39)}日`]],
    ['wide and combining characters', ['日本e\u0301🙂\r\n\u0301x']],
    ['a line that runs on', ['x'.repeat(100), '\x1b[A\x1b[K']],
    ['a cursor behind the last column', ['x'.repeat(40)]],
    ['the same, after its line was erased', ['x'.repeat(40), '\x1b[2K']],
    ['a character over half of another', [`\x1b[?7l${'x'.repeat(38)}日y`]],
    ['scrolled lines', ['one\r\n'.repeat(50)]],
    ['the alternate screen', ['shell\x1b7\x1b[?1049h\x1b[3;7r\x1b[5;5Hvim\x1b7\x1b[?25l']],
    [
      'saved cursors of both screens',
      ['\x1b[3;4H\x1b[32m\x1b(0\x1b7\x1b(B\x1b[m\x1b[?1047h\x1b[5;6H\x1b[33m\x1b7\x1b[H'],
    ],
    ['a scroll region and origin mode', ['\x1b[2;5r\x1b[?6h\x1b[2;3H']],
    ['character sets', ['\x1b(0\x1b)A\x1b*4\x0e\x1b[4h']],
    ['a character set that came with a cursor', ['\x1b(0\x1b7\x1b(B\x1b8q']],
    ['tab stops', ['\x1b[3g\x1b[5G\x1bH\x1b[11G\x1bH']],
    ['mouse reports', ['\x1b[?1003h\x1b[?1006h']],
    ['mouse reports in pixels', ['\x1b[?9h\x1b[?1016h']],
    ['modes', ['\x1b[?1;7;45;66;1004;2004;2026h\x1b[?7l\x1b[4h\x1b[20h\x1b[?12h\x1b[?25l']],
    ['the shape of the cursor', ['\x1b[5 q']],
    ['a steady shape of the cursor', ['\x1b[4 q']],
    ['titles', ['\x1b]2;window\x07\x1b]1;icon\x1b\\']],
    ['protected text', ['\x1b[1"qkept\x1b[0"qnot']],
  ])('keeps %s', async (_, steps) => {
    const { original, copy } = await both(steps);
    expect(copy).toEqual(original);
    expect(original[0]).not.toEqual(stateOf(freshTerminal(), scrollback));
  });

  it.each([
    ['an OSC string', '\x1b]2;ti', 'tle\x07after'],
    ['a DCS string', '\x1bP1$', 'qm\x1b\\after'],
    ['an APC string', '\x1b_hid', 'den\x1b\\after'],
    ['a control sequence', '\x1b[?12', '34hafter'],
  ])('swallows the rest of %s', async (_, start, rest) => {
    const { snapshot } = await both([start]);
    const copy = freshTerminal();
    await play(copy, [snapshot, rest]);
    expect(copy.buffer.active.getLine(0)?.translateToString(true)).toBe('after');
  });

  it('is that of the same terminal, for any output', { timeout: 3_600_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(script, async (steps) => {
        const whole = freshTerminal();
        await play(whole, steps);
        // A character that joins the last one is no boundary.
        fc.pre(internalsOf(whole)._inputHandler._parser.precedingJoinState === 0);
        const { original, copy } = await both(steps);
        expect(copy).toEqual(original);
      }),
      runs(100),
    );
  });
});
