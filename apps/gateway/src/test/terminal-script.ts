import fc from 'fast-check';

/** One step of a made-up program in a terminal: output, or a new size. */
export type Step = string | { columns: number; rows: number };

const number = fc.oneof({ weight: 8, arbitrary: fc.integer({ min: 0, max: 12 }) }, fc.integer({ min: 0, max: 300 }));
const csi = (finals: string, parameters = 1): fc.Arbitrary<string> =>
  fc
    .tuple(fc.array(number, { maxLength: parameters }), fc.constantFrom(...finals))
    .map(([values, final]) => `\x1b[${values.join(';')}${final}`);

const text = fc
  .oneof(
    fc.string({ maxLength: 30 }),
    fc.string({ minLength: 30, maxLength: 120 }),
    fc
      .array(fc.constantFrom('a', 'Z', '日', '本', '語', 'é', 'e\u0301', '─', '🙂', 'ｱ', ' '), {
        maxLength: 20,
      })
      .map((all) => all.join('')),
  )
  .map((one) => one.replace(/\p{Cc}/gu, '.'));
const controls = fc.constantFrom('\r', '\n', '\r\n', '\r\n', '\r\n', '\b', '\t', '\x07', '\x0b');
const sgr = fc
  .array(
    fc.constantFrom(
      '0',
      '1',
      '2',
      '3',
      '4',
      '4:0',
      '5',
      '7',
      '8',
      '9',
      '22',
      '24',
      '27',
      '29',
      '31',
      '39',
      '42',
      '49',
      '53',
      '55',
      '93',
      '104',
      '38;5;200',
      '48;5;17',
      '38;2;1;2;3',
      '48;2;250;128;3',
      '58;5;9',
      '58:2::9:8:7',
    ),
    { maxLength: 4 },
  )
  .map((all) => `\x1b[${all.join(';')}m`);
const privateModes = ['1', '7', '9', '25', '45', '66', '1000', '1002', '1003', '1004', '1006', '1016', '2004', '2026'];
const mode = fc
  .tuple(fc.constantFrom(...privateModes), fc.constantFrom('h', 'l'))
  .map(([which, final]) => `\x1b[?${which}${final}`);
const others = fc.constantFrom(
  '\x1bD',
  '\x1bE',
  '\x1bM',
  '\x1b=',
  '\x1b>',
  '\x1b[4h',
  '\x1b[4l',
  '\x1b[20h',
  '\x1b[20l',
  '\x1b[!p',
  '\x1b#8',
  '\x1b[2 q',
  '\x1b[5 q',
  '\x1b[0 q',
  '\x1b[1"q',
  '\x1b[0"q',
  '\x1bc',
  '\x1b]0;a title\x07',
  '\x1b]2;other\x1b\\',
  '\x1b]1;icon\x07',
  '\x1b]52;c;aGk=\x07',
  '\x1bP$qm\x1b\\',
  '\x1b_hidden\x1b\\',
  '\x1b[c',
  '\x1b[6n',
  '\x1b[?25$p',
  '\u009b1;1H',
  '\u0085',
);
const tabStops = fc.constantFrom('\x1bH', '\x1b[g', '\x1b[3g', '\u0088');
const edit = fc.oneof(
  csi('ABCDEFGI`Zade'),
  csi('Hf', 2),
  csi('JK'),
  csi('@PXLMb'),
  csi('ST').map((scroll) => `\r${scroll}`),
  csi('r', 2),
);

const output: fc.WeightedArbitrary<string>[] = [
  { weight: 10, arbitrary: text },
  { weight: 8, arbitrary: controls },
  { weight: 6, arbitrary: edit },
  { weight: 4, arbitrary: sgr },
  { weight: 2, arbitrary: mode },
  { weight: 2, arbitrary: others },
];
const size = fc.record({ columns: fc.integer({ min: 20, max: 60 }), rows: fc.integer({ min: 3, max: 20 }) });

const origin = fc.constantFrom('\x1b[?6h', '\x1b[?6l');
const charsets = fc.constantFrom(
  '\x1b(0',
  '\x1b(B',
  '\x1b)0',
  '\x1b(A',
  '\x1b*0',
  '\x1b+B',
  '\x1bn',
  '\x1bo',
  '\x0e',
  '\x0f',
);
const savedCursors = fc.constantFrom('\x1b7', '\x1b8', '\x1b[s', '\x1b[u', '\x1b[?1048h', '\x1b[?1048l');
/** The alternate screen, as vim and less switch to it and back. */
const switchesWithCursor = fc.constantFrom('\r\x1b[?1049h', '\r\x1b[?1049l');
const switches = fc.constantFrom('\r\x1b[?1047h', '\r\x1b[?1047l', '\r\x1b[?47h', '\r\x1b[?47l');

/** Makes no size smaller than one before. */
function onlyLarger(steps: Step[]): Step[] {
  let [columns, rows] = [40, 10];
  return steps.map((step) => {
    if (typeof step === 'string') return step;
    [columns, rows] = [Math.max(columns, step.columns), Math.max(rows, step.rows)];
    return { columns, rows };
  });
}

const scriptOf = (...more: fc.Arbitrary<Step>[]): fc.Arbitrary<Step[]> => {
  const rare = more.map((arbitrary) => ({ weight: 1, arbitrary }));
  return fc.array(fc.oneof(...output, ...rare), { minLength: 1, maxLength: 150, size: 'max' });
};

/**
 * Scripts for a terminal of 40 columns that leave no part of it unused. What a snapshot cannot restore, they do not bring about:
 * larger sizes show again what was beyond an edge, a switch of the screen in origin mode leaves the cursor outside of the region,
 * and restoring a cursor after new designations separates the character set in use from them.
 */
export const script: fc.Arbitrary<Step[]> = fc.oneof(
  scriptOf(savedCursors, origin, tabStops),
  scriptOf(savedCursors, switches, switchesWithCursor),
  scriptOf(charsets, switches, tabStops),
  scriptOf(charsets, origin, size),
  scriptOf(charsets, switches, size).map(onlyLarger),
);

const asked = process.env['SCREEN_RUNS'];

/**
 * How many scripts to try: the same few each time, or as many others as `SCREEN_RUNS` says. Of 10,000 others, three came to a
 * state that a snapshot does not restore. A failure prints its seed; shrinking a script takes
 * minutes.
 */
export function runs(few: number): { numRuns: number; seed?: number; endOnFailure: boolean } {
  return { ...(asked === undefined ? { numRuns: few, seed: 1 } : { numRuns: Number(asked) }), endOnFailure: true };
}
