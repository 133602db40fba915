import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { recordedCommand } from './recorded-command.ts';

const decoys = (count: number): string[] => Array.from({ length: count }, (_, index) => `decoy-${index}`);

describe('recordedCommand', () => {
  it.each([0, 1, 63, 64])('keeps %i arguments as they are', (count) => {
    expect(recordedCommand(decoys(count))).toEqual(decoys(count));
  });

  it('says what it leaves out, and keeps the end', () => {
    const recorded = recordedCommand([...decoys(64), 'sh', '-c', 'rm -rf /']);
    expect(recorded).toHaveLength(64);
    expect(recorded.slice(-3)).toEqual(['sh', '-c', 'rm -rf /']);
    expect(recorded[47]).toBe('… 4 more arguments, 32 bytes …');
  });

  it('cuts a long argument in the middle and says how much is gone', () => {
    const [script = ''] = recordedCommand([`${'#'.repeat(5_000)}\nrm -rf /`]);
    expect(script).toContain('… 3985 more bytes …');
    expect(script.endsWith('\nrm -rf /')).toBe(true);
  });

  it('leaves nothing out silently, and limits the size', () => {
    const word = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ minLength: 1_000, maxLength: 3_000 }));
    fc.assert(
      fc.property(fc.array(word, { maxLength: 200 }), (command) => {
        const recorded = recordedCommand(command);
        expect(recorded.length).toBeLessThanOrEqual(64);
        for (const text of recorded) {
          expect(text.length).toBeLessThanOrEqual(1_060);
          expect(text.isWellFormed()).toBe(true);
          expect(text).not.toContain('\0');
        }
        const isWhole = command.length <= 64 && command.every((text) => text.length <= 1_024);
        expect(recorded.some((text) => /… \d+ more/.test(text))).toBe(!isWhole);
      }),
      { numRuns: 200 },
    );
  });
});
