import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { write } from '../../test/screen-viewer.ts';
import { runs, type Step, script } from '../../test/terminal-script.ts';
import { boundedTerminal } from './bounded-terminal.ts';
import { leaps } from './plain-lines.ts';
import { ScreenModel } from './screen-model.ts';
import { snapshotOf } from './snapshot.ts';

vi.mock(import('./plain-lines.ts'), { spy: true });
afterEach(() => void vi.mocked(leaps).mockClear());

const size = { columns: 40, rows: 10 };
const scrollback = 30;

/** Terminals in which a line does more, or less, than to move the screen up. */
const beginnings = [
  'a prompt$ ',
  '\x1b[44m\x1b[K',
  '\x1b[2;5r\x1b[1H',
  '\x1b[2;5r\x1b[4H',
  '\x1b[2;5r\x1b[10H',
  '\x1b[1;5r\x1b[10H',
  '\x1b[4;10r\x1b[10H',
  '\x1b[?6h\x1b[3;6r',
  '\x1b[?1049h',
  '\x1b[?7l',
  '\x1b[4h',
  '\x1b(0',
  '\x1b[3g',
  '\x1b[20h',
  '\x1b[9H\x1b7',
  '\x1b]2;a title that does not end',
  '\x1bP1$',
  '\x1b_hidden',
  '\x1b[?31',
  '\x1b',
];
const line = fc.string({ unit: fc.constantFrom('a', 'b', ' ', '\t', 'Z', '\r'), maxLength: 90 });
const linesOf = (maxLength: number): fc.Arbitrary<string> =>
  fc.array(line, { minLength: 1, maxLength }).map((all) => all.map((one) => `${one}\r\n`).join(''));
/** Lines as a program prints them that never stops. */
const flood = fc
  .record({
    begin: fc.oneof(fc.constant(''), fc.constantFrom(...beginnings)),
    first: linesOf(10),
    lines: linesOf(3),
    times: fc.integer({ min: 1, max: 100 }),
  })
  .map(({ begin, first, lines, times }): Step[] => [begin + first + lines.repeat(times)]);
const steps = fc
  .array(fc.oneof({ weight: 3, arbitrary: flood }, { weight: 1, arbitrary: script.map((all) => all.slice(0, 12)) }), {
    minLength: 1,
    maxLength: 8,
  })
  .map((all) => all.flat());

describe('the model of a screen', () => {
  it('is in the state of a terminal that has drawn everything', { timeout: 3_600_000 }, async () => {
    let left = 0;
    await fc.assert(
      fc.asyncProperty(steps, fc.infiniteStream(fc.integer({ min: 1, max: 4_000 })), async (all, chunks) => {
        const whole = boundedTerminal(size, scrollback);
        const model = new ScreenModel(size, scrollback);
        for (const step of together(all)) {
          if (typeof step !== 'string') {
            whole.resize(step.columns, step.rows);
            model.resize(step);
          } else {
            await write(whole, step);
            for (const chunk of cut(step, () => chunks.next().value)) await model.write(chunk);
          }
          expect(model.snapshot()).toBe(snapshotOf(whole, Number.POSITIVE_INFINITY));
        }
        // What was saved, and what a larger size brings back.
        for (const next of ['\x1b8', '\x1b[?1047l\x1b8', '\x1b[2b']) {
          await write(whole, next);
          await model.write(Buffer.from(next));
          expect(model.snapshot()).toBe(snapshotOf(whole, Number.POSITIVE_INFINITY));
        }
        left += vi.mocked(leaps).mock.results.reduce((sum, { value }) => sum + (value as unknown[]).length, 0);
        vi.mocked(leaps).mockClear();
        model.dispose();
        whole.dispose();
      }),
      runs(200),
    );
    // Otherwise this would prove nothing.
    expect(left).toBeGreaterThan(50);
  });
});

/** Output without a new size in between comes as one. */
function together(all: readonly Step[]): Step[] {
  const joined: Step[] = [];
  for (const step of all) {
    const last = joined.at(-1);
    if (typeof step === 'string' && typeof last === 'string') joined[joined.length - 1] = last + step;
    else joined.push(step);
  }
  return joined;
}

/** Parts of a text that split no character. */
function cut(text: string, chunks: () => number): Buffer[] {
  const parts: Buffer[] = [];
  const characters = [...text];
  for (let at = 0; at < characters.length; ) {
    const end = at + chunks();
    parts.push(Buffer.from(characters.slice(at, end).join('')));
    at = end;
  }
  return parts;
}
