import { join } from 'node:path';
import { CliError, exitCodes } from './cli-error.ts';
import type { Io } from './io.ts';
import { readIfThere, writePrivately } from './private-file.ts';

/** A gateway the user is signed in to. */
export interface Context {
  /** Origin of the gateway; also the key of the context. */
  url: string;
  /** The authority to trust in addition to the system's, PEM. */
  caPem: string | null;
  token: string;
  tokenExpiresAt: string;
  email: string;
  /** Slug of the organization for commands that name none. */
  organization: string | null;
}

interface Stored {
  version: 1;
  current: string | null;
  contexts: Record<string, Context>;
}

/** The folder for the CLI's own state. */
export function stateFolder(io: Io): string {
  return io.env['POSTERN_HOME'] || join(io.env['XDG_CONFIG_HOME'] || join(io.homeFolder, '.config'), 'postern');
}

/** The gateways that the user is signed in to, stored in a file that only the user may read. */
export class Contexts {
  readonly #file: string;

  constructor(io: Io) {
    this.#file = join(stateFolder(io), 'config.json');
  }

  /** The context for a URL, or the current one. @throws {CliError} not signed in. */
  need(url: string | undefined): Context {
    const stored = this.#load();
    const context = stored.contexts[url ?? stored.current ?? ''];
    if (context !== undefined) return context;
    const how = `postern login --url ${url ?? 'https://…'}`;
    throw new CliError(
      url === undefined ? `You are not signed in. Run \`${how}\`.` : `You are not signed in to ${url}. Run \`${how}\`.`,
      { exitCode: exitCodes.signedOut, code: 'signed-out' },
    );
  }

  /** The context for a URL; undefined if there is none. Never throws. */
  find(url: string): Context | undefined {
    return this.#load().contexts[url];
  }

  /** Stores a context and makes it the current one. */
  use(context: Context): void {
    const stored = this.#load();
    this.#save({ version: 1, current: context.url, contexts: { ...stored.contexts, [context.url]: context } });
  }

  remove(url: string): void {
    const stored = this.#load();
    const { [url]: _gone, ...contexts } = stored.contexts;
    const current = stored.current === url ? (Object.keys(contexts)[0] ?? null) : stored.current;
    this.#save({ version: 1, current, contexts });
  }

  #load(): Stored {
    const text = readIfThere(this.#file);
    const empty: Stored = { version: 1, current: null, contexts: {} };
    if (text === undefined) return empty;
    try {
      const stored = JSON.parse(text) as Stored;
      if (stored.version === 1 && typeof stored.contexts === 'object') return stored;
    } catch {
      // Reported below.
    }
    throw new CliError(`${this.#file} is damaged. Remove it and sign in again.`);
  }

  #save(stored: Stored): void {
    writePrivately(this.#file, `${JSON.stringify(stored, null, 2)}\n`);
  }
}
