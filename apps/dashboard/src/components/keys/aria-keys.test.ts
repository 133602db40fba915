import { expect, it } from 'vitest';
import { ariaKeys } from './aria-keys.ts';

it('formats a chord for aria-keyshortcuts', () => {
  expect(ariaKeys('mod+k')).toBe('Control+K Meta+K');
  expect(ariaKeys('ctrl+shift+g')).toBe('Control+Shift+G');
  expect(ariaKeys('/')).toBe('/');
  expect(ariaKeys(undefined)).toBeUndefined();
});
