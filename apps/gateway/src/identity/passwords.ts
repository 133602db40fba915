import { hash, verify } from '@node-rs/argon2';

/** Argon2id with 19 MiB, 2 passes, 1 lane (OWASP Password Storage Cheat Sheet): some 20 ms and the memory of one attempt. */
const parameters = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;
/** Under way at once. libuv's threads hash a few of them at a time and queue the others; beyond so many, people are asked to come back. */
const mostUnderWay = 100;

/** More passwords are to be hashed than can be in a few seconds. */
export class PasswordsBusyError extends Error {}

/** Hashes and checks passwords, so many at once and no more. */
export class Passwords {
  readonly #unknown = hash('nobody has this password', parameters);
  #running = 0;

  /** An argon2id hash in its text form. @throws {PasswordsBusyError} when too many are under way. */
  hash(password: string): Promise<string> {
    return this.#counted(() => hash(password, parameters));
  }

  /** False for a wrong password, and after the same work where there is no such account (`hashed` is null). */
  check(password: string, hashed: string | null): Promise<boolean> {
    return this.#counted(async () => {
      const isRight = await verify(hashed ?? (await this.#unknown), password);
      return isRight && hashed !== null;
    });
  }

  async #counted<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running >= mostUnderWay) throw new PasswordsBusyError();
    this.#running += 1;
    try {
      return await work();
    } finally {
      this.#running -= 1;
    }
  }
}
