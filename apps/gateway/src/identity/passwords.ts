import { hash, verify } from '@node-rs/argon2';

/** Argon2id with 19 MiB, 2 passes, 1 lane (OWASP Password Storage Cheat Sheet); about 20 ms per attempt. */
const parameters = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;
/** Most hashes in progress or queued; libuv's threads compute a few at a time. Beyond this, people are asked to try again. */
const mostUnderWay = 100;

/** Too many passwords are waiting to be hashed. */
export class PasswordsBusyError extends Error {}

/** Hashes and checks passwords, a limited number at once. */
export class Passwords {
  readonly #unknown = hash('nobody has this password', parameters);
  #running = 0;

  /** An argon2id hash in text form. @throws {PasswordsBusyError} if too many are in progress. */
  hash(password: string): Promise<string> {
    return this.#counted(() => hash(password, parameters));
  }

  /** False for a wrong password and, after the same work, if there is no such account (`hashed` is null). */
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
