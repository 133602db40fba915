import { expect, it } from 'vitest';
import { Passwords, PasswordsBusyError } from './passwords.ts';

it('checks a password against its hash, and refuses every password if there is no account', async () => {
  const passwords = new Passwords();
  const hashed = await passwords.hash('correct horse');
  expect(hashed).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  expect(await passwords.check('correct horse', hashed)).toBe(true);
  expect(await passwords.check('battery staple', hashed)).toBe(false);
  // With this password the work is done for an account that does not exist.
  expect(await passwords.check('nobody has this password', null)).toBe(false);
});

it('works on at most a hundred passwords at once, and on others again after that, even if it failed', async () => {
  const passwords = new Passwords();
  // A text that is no hash fails without the work of hashing.
  const check = (): Promise<boolean> => passwords.check('x', 'no hash');
  const isBusy = (): Promise<boolean> =>
    check().then(
      () => false,
      (error: unknown) => error instanceof PasswordsBusyError,
    );
  const answers = await Promise.all(Array.from({ length: 101 }, isBusy));
  expect(answers).toEqual([...Array<boolean>(100).fill(false), true]);
  expect(await isBusy()).toBe(false);
});
