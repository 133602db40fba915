import { expect, it } from 'vitest';
import { hashOfSetupCode, isOpenToOthers, makeSetupCode } from './setup-code.ts';

it('makes codes of 80 bits that nobody misreads, never the same', () => {
  const codes = Array.from({ length: 500 }, makeSetupCode);
  for (const code of codes) expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){3}$/);
  expect(new Set(codes).size).toBe(codes.length);
  // Each of the 32 characters comes up, so that no bit is missing.
  expect(new Set(codes.join('').replaceAll('-', '')).size).toBe(32);
  expect(hashOfSetupCode('ABCD-EFGH')).toBe(hashOfSetupCode('ABCDEFGH'));
});

it.each([
  ['127.0.0.1', 'https://localhost:8443', false],
  ['::1', 'https://127.0.0.1:8443', false],
  ['localhost', 'https://[::1]:8443', false],
  ['0.0.0.0', 'https://localhost:8443', true],
  ['::', 'https://localhost:8443', true],
  ['192.0.2.7', 'https://localhost:8443', true],
  // Something on this machine passes on what others send.
  ['127.0.0.1', 'https://postern.example.com', true],
  ['127.0.0.1', 'https://localhost.example.com', true],
])('listening on %s, reached by %s: open to others is %s', (listen, publicUrl, isOpen) => {
  expect(isOpenToOthers({ listen, publicUrl })).toBe(isOpen);
});
