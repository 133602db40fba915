import { expect, it } from 'vitest';
import { withoutSecrets } from './without-secrets.ts';

const canary = 'CanaryCanaryCanaryCanary';

it.each([
  `postern_00000000000000000000000000000000_${canary}`,
  `postern_join_00000000000000000000000000000000_${canary}`,
  `Authorization: Bearer ${canary}`,
  `authorization: basic ${canary}==`,
  `token eyJhbGciOiJFZERTQSJ9.${canary}.${canary}`,
  `cookie: __Host-postern_access=${canary}; other=1`,
  `set-cookie: __Secure-postern_refresh=${canary}; HttpOnly`,
  `postgres://postern_app:${canary}@127.0.0.1:5432/postern`,
  `password hash $argon2id$v=19$m=1,t=1$${canary}`,
  `-----BEGIN PRIVATE KEY-----\n${canary}\n-----END PRIVATE KEY-----`,
  `-----BEGIN EC PRIVATE KEY-----\n${canary}`,
])('leaves no secret in %j', (text) => {
  const clean = withoutSecrets(`before ${text}`);
  expect(clean).not.toContain(canary);
  expect(clean).toMatch(/^before /);
  expect(clean).toContain('[secret]');
});

it('leaves the rest of a stack unchanged', () => {
  const stack = 'TypeError: x is undefined\n    at f (/app/dist/main.js:1:2)\n    at https://localhost/a@b';
  expect(withoutSecrets(stack)).toBe(stack);
  expect(withoutSecrets('a'.repeat(20_000))).toHaveLength(8_192);
});
