import fc from 'fast-check';
import { expect, it } from 'vitest';
import { AsciicastWriter } from './asciicast-writer.ts';

const header = { title: 'shop/web-0', command: 'sh', startedAt: new Date('2026-01-02T03:04:05.678Z') };
const output = (text: string | Uint8Array) => ({ kind: 'output' as const, data: Buffer.from(text as string) });

/** The lines of a recording, parsed. */
const lines = (text: string): unknown[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));

it('waits for the first size, and keeps what came before it', () => {
  const writer = new AsciicastWriter(header, 1_000);
  writer.write(output('$ '), 1_010);
  expect(writer.take(1_020)).toBe('');
  writer.write({ kind: 'resize', columns: 120, rows: 40 }, 1_030);
  writer.write({ kind: 'resize', columns: 100, rows: 30 }, 1_050.4);
  writer.write({ kind: 'exit', code: 3, message: '' }, 1_060);
  expect(lines(writer.take(1_060))).toEqual([
    { version: 3, term: { cols: 120, rows: 40 }, timestamp: 1767323045, command: 'sh', title: 'shop/web-0' },
    [0.01, 'o', '$ '],
    [0.04, 'r', '100x30'],
    [0.01, 'x', '3'],
  ]);
  expect(writer.durationMs).toBe(60);
});

it.each([
  ['after a second', (writer: AsciicastWriter) => writer.take(1_000)],
  ['at the end', (writer: AsciicastWriter) => writer.end(10)],
  ['for more than 64 KiB', (writer: AsciicastWriter) => writer.write(output('x'.repeat(70_000)), 10)],
])('waits no longer: %s', (_, step) => {
  const writer = new AsciicastWriter(header, 0);
  writer.write(output('x'), 1);
  const taken = step(writer) ?? '';
  expect(lines(taken + writer.take(20)).slice(0, 2)).toEqual([
    expect.objectContaining({ term: { cols: 80, rows: 24 } }),
    [0.001, 'o', 'x'],
  ]);
});

it('joins characters that are split between chunks, each stream for itself', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), fc.nat(), (text, where) => {
      const bytes = Buffer.from(text);
      const at = where % (bytes.length + 1);
      const writer = new AsciicastWriter(header, 0);
      writer.write(output(bytes.subarray(0, at)), 1);
      writer.write({ kind: 'error-output', data: Buffer.from('e') }, 2);
      writer.write(output(bytes.subarray(at)), 3);
      writer.end(4);
      const [, ...events] = lines(writer.take(4)) as [unknown, ...[number, string, string][]];
      const isError = ([, , data]: [number, string, string]) => data === 'e';
      const error = events.findIndex(isError);
      expect(
        events
          .filter((_, index) => index !== error)
          .map(([, , data]) => data)
          .join(''),
      ).toBe(text);
    }),
  );
});

it('takes everything once, and its intervals add up without an error of rounding', () => {
  const writer = new AsciicastWriter(header, 0);
  let text = '';
  for (let step = 1; step <= 2_499; step++) {
    const at = step * 0.4;
    writer.write(output('x'), at);
    if (at > 500) text += writer.take(at + 1_000);
  }
  const [, ...events] = lines(text + writer.take(2_000)) as [unknown, ...[number, string, string][]];
  expect(events).toHaveLength(2_499);
  expect(Math.round(events.reduce((sum, [interval]) => sum + interval, 0) * 1_000)).toBe(1_000);
});

it('says why a command without an exit code ended', () => {
  const writer = new AsciicastWriter(header, 0);
  writer.write({ kind: 'exit', code: null, message: 'no such file' }, 5);
  writer.write({ kind: 'exit', code: 0, message: 'a second one' }, 6);
  writer.end(7);
  expect(lines(writer.take(7)).slice(1)).toEqual([[0.005, 'm', 'Ended: no such file']]);
});
