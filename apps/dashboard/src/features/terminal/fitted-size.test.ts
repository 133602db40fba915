import { TerminalResize } from '@postern/contracts';
import { expect, it } from 'vitest';
import { fittedSize } from './fitted-size.ts';

it.each([
  [
    { cols: 80, rows: 24 },
    { columns: 80, rows: 24 },
  ],
  // 3840 × 2160 pixels in the smallest font.
  [
    { cols: 706, rows: 148 },
    { columns: 706, rows: 148 },
  ],
  // Zoomed out as far as a browser can.
  [
    { cols: 2_828, rows: 608 },
    { columns: 800, rows: 200 },
  ],
])('fits room for %o as %o, which the gateway takes', (room, size) => {
  expect(fittedSize(room)).toEqual(size);
  const terminal = '00000000-0000-4000-8000-000000000001';
  expect(TerminalResize.safeParse({ terminal, ...size }).success).toBe(true);
});

it('knows nothing of an element that is not measured', () => {
  expect(fittedSize(undefined)).toBeUndefined();
  expect(fittedSize({ cols: Number.NaN, rows: 24 })).toBeUndefined();
});
