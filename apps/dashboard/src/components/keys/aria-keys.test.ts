import { expect, it } from 'vitest';
import { ariaKeys } from './aria-keys.ts';

it('spells a chord as assistive technology reads it', () => {
  expect(ariaKeys('mod+k')).toBe('Control+K Meta+K');
  expect(ariaKeys('ctrl+shift+g')).toBe('Control+Shift+G');
  expect(ariaKeys('/')).toBe('/');
  expect(ariaKeys(undefined)).toBeUndefined();
});
