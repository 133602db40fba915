import { randomUUID } from 'node:crypto';
import { chmod, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../user-error.ts';
import { type Identity, type IdentityStore, parseIdentity } from './identity.ts';

/** Keeps the identity in a file that only its owner may read. The file is replaced atomically. */
export class FileStore implements IdentityStore {
  readonly place: string;
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
    this.place = join(folder, 'identity.json');
  }

  async load(): Promise<Identity | null> {
    let text: string;
    try {
      text = await readFile(this.place, 'utf8');
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw new UserError(`${this.place} cannot be read. Give the agent a folder of its own with --state.`, { cause });
    }
    const identity = parseIdentity(text);
    if (identity === null) {
      throw new UserError(`${this.place} is not an agent's identity. Remove it and start with a new join token.`);
    }
    return identity;
  }

  async prepare(): Promise<void> {
    await this.#write('probe', '');
    await rm(join(this.#folder, 'probe'), { force: true });
  }

  async save(identity: Identity): Promise<void> {
    await this.#write('identity.json', `${JSON.stringify(identity, null, 2)}\n`);
  }

  async #write(name: string, text: string): Promise<void> {
    const temporary = join(this.#folder, `.${name}.${randomUUID()}`);
    try {
      await mkdir(this.#folder, { recursive: true, mode: 0o700 });
      const file = await open(temporary, 'wx', 0o600);
      try {
        await chmod(temporary, 0o600);
        await file.writeFile(text);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(temporary, join(this.#folder, name));
    } catch (cause) {
      await rm(temporary, { force: true }).catch(() => {});
      throw new UserError(`The agent's identity cannot be kept in ${this.#folder}. Name another folder with --state.`, {
        cause,
      });
    }
  }
}
