import { expect, it } from 'vitest';
import { hashOfSetupCode, isOpenToOthers, makeSetupCode } from './setup-code.ts';

it('generates unique codes of 80 bits, without ambiguous characters', () => {
  const codes = Array.from({ length: 500 }, makeSetupCode);
  for (const code of codes) expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){3}$/);
  expect(new Set(codes).size).toBe(codes.length);
  // All 32 characters occur, so no bit is constant.
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
  // A proxy on this machine forwards requests from others.
  ['127.0.0.1', 'https://postern.example.com', true],
  ['127.0.0.1', 'https://localhost.example.com', true],
])('listening on %s, reached by %s: open to others is %s', (listen, publicUrl, isOpen) => {
  expect(isOpenToOthers({ listen, publicUrl })).toBe(isOpen);
});
