import { expect, it } from 'vitest';
import { hashRecoveryCode, newRecoveryCodes } from './recovery-codes.ts';

it('are ten, all different, of 16 characters that are hard to confuse', () => {
  const codes = Array.from({ length: 50 }, newRecoveryCodes);
  for (const set of codes) expect(set).toHaveLength(10);
  expect(new Set(codes.flat()).size).toBe(500);
  for (const code of codes.flat()) expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){3}$/);
});

it('are the same however they are typed', () => {
  const hash = hashRecoveryCode('AB10-CD34-EF56-GH78');
  for (const typed of ['ab10cd34ef56gh78', ' AB10 CD34 EF56 GH78 ', 'ABIO-CD34-EF56-GH78', 'ablo-cd34-ef56-gh78'])
    expect(hashRecoveryCode(typed), typed).toEqual(hash);
  expect(hashRecoveryCode('AB10-CD34-EF56-GH79')).not.toEqual(hash);
});
