import { expect, it } from 'vitest';
import { TypedInput } from './typed-input.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (data: Uint8Array): string => new TextDecoder().decode(data);

it('takes each byte once, in order', () => {
  const typed = new TypedInput();
  expect(text(typed.take(0, bytes('ls')))).toBe('ls');
  expect(text(typed.take(0, bytes('ls')))).toBe('');
  expect(text(typed.take(1, bytes('s -l')))).toBe(' -l');
  expect(text(typed.take(2, bytes(' -')))).toBe('');
  expect(typed.received).toBe(5);
});

it('takes nothing that follows a gap', () => {
  const typed = new TypedInput();
  expect(text(typed.take(1, bytes('s')))).toBe('');
  expect(typed.received).toBe(0);
  expect(text(typed.take(0, bytes('ls')))).toBe('ls');
  expect(text(typed.take(2, bytes('')))).toBe('');
  expect(typed.received).toBe(2);
});
