import { expect, it } from 'vitest';
import { UnsentInput } from './unsent-input.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const taken = (input: UnsentInput) => {
  const piece = input.take();
  return piece && [piece.from, new TextDecoder().decode(piece.data)];
};

it('sends each byte once, in pieces of 32 KiB', () => {
  const input = new UnsentInput();
  expect(taken(input)).toBeUndefined();
  input.add(bytes('ls'), 10);
  expect(taken(input)).toEqual([0, 'ls']);
  input.add(bytes('\r'), 10);
  expect(taken(input)).toEqual([2, '\r']);
  expect(taken(input)).toBeUndefined();
  input.add(new Uint8Array(70_000), 100_000);
  expect([input.take(), input.take(), input.take()].map((piece) => [piece?.from, piece?.data.byteLength])).toEqual([
    [3, 32_768],
    [32_771, 32_768],
    [65_539, 4_464],
  ]);
});

it('sends again what was not confirmed', () => {
  const input = new UnsentInput();
  input.add(bytes('abcdef'), 10);
  input.take();
  input.confirm(4);
  input.rewind();
  expect(taken(input)).toEqual([4, 'ef']);
  input.confirm(6);
  input.rewind();
  expect(taken(input)).toBeUndefined();
});

it('takes a confirmation of more, or of less than before, for what it can be', () => {
  const input = new UnsentInput();
  input.add(bytes('abc'), 10);
  input.confirm(99);
  input.confirm(1);
  input.add(bytes('d'), 10);
  expect(taken(input)).toEqual([3, 'd']);
});

it('keeps no more than it may', () => {
  const input = new UnsentInput();
  expect(input.add(bytes('abc'), 4)).toBe(true);
  expect(input.add(bytes('de'), 4)).toBe(false);
  expect(taken(input)).toEqual([0, 'abc']);
  input.confirm(3);
  expect(input.add(bytes('de'), 4)).toBe(true);
});
