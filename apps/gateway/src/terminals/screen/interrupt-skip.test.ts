import fc from 'fast-check';
import { expect, it } from 'vitest';
import { freshTerminal, play } from '../../test/screen-viewer.ts';
import { runs, script } from '../../test/terminal-script.ts';
import { stateOf } from '../../test/terminal-state.ts';
import { skipMarker, skippable, startOver } from './interrupt-skip.ts';

it('skips what is more than a window', () => {
  expect(skippable(1000, 1000 + 128 * 1024)).toBe(0);
  expect(skippable(1000, 1001 + 128 * 1024)).toBe(128 * 1024 + 1);
  expect(skippable(1000, 10)).toBe(0);
});

it.each([
  [131_073, '── 131 kB of output skipped ──'],
  [12_345_678, '── 12.3 MB of output skipped ──'],
])('says how much: %i', (bytes, text) => {
  expect(skipMarker(bytes)).toBe(text);
});

it('leaves nothing of what was before, in whatever state it was, but the scrollback', async () => {
  await fc.assert(
    fc.asyncProperty(
      script,
      fc.constantFrom('', '\x1b[3', '\x1b]2;ti', '\x1bPq', '\x1b_a'),
      async (steps, unfinished) => {
        const terminal = freshTerminal();
        await play(terminal, steps);
        const size = { columns: terminal.cols, rows: terminal.rows };
        await play(terminal, [unfinished, startOver(size, 'marker')]);
        expect(stateOf(terminal, 0)).toEqual(stateOf(freshTerminal(size), 0));
        const { active } = terminal.buffer;
        expect(active.getLine(active.baseY - 1)?.translateToString(true)).toBe('marker');
      },
    ),
    runs(100),
  );
});
