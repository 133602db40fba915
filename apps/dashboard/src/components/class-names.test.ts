import { expect, it } from 'vitest';
import { cn } from './class-names.ts';

it('joins the classes that apply', () => {
  expect(cn('flex', false, undefined, ['gap-2', { hidden: false }])).toBe('flex gap-2');
});

it('refuses two classes that set the same property', () => {
  expect(() => cn('h-4', 'h-8')).toThrow('h-4 and another class of "h-4 h-8" set the same property.');
});

it('lets callers replace what a component sets with `base:`', () => {
  expect(cn('base:h-4', 'h-8')).toBe('base:h-4 h-8');
});
