import type { Logger } from 'pino';
import type { Authenticator } from '../identity/authenticator.ts';
import type { Principal } from '../identity/principal.ts';

/** What something open depends on. */
export interface Dependence {
  /** Who opened it, with which credential. */
  principal: Principal;
  /** Whether the access with which it was opened still holds; absent if it needed none. */
  stillHolds?: () => Promise<boolean>;
}

interface Watched extends Dependence {
  onRevoked: () => void;
  /** It has ended on its own. */
  isOver: boolean;
}

/**
 * Checks every few seconds whether the credentials of everything open (requests, execs, terminals, live connections) are still
 * valid, and whether the access that it was granted still holds; the authenticator reads each credential once. If the check fails (the database is unavailable), everything stays open.
 */
export class Revalidation {
  readonly #authenticator: Pick<Authenticator, 'stillValid'>;
  readonly #logger: Logger;
  readonly #byCredential = new Map<string, Set<Watched>>();
  readonly #timer: NodeJS.Timeout;
  #isRunning = false;

  /** @param options.intervalMs together with the authenticator's cache this must not exceed 5 s; default 4 s. */
  constructor(options: { authenticator: Pick<Authenticator, 'stillValid'>; logger: Logger; intervalMs?: number }) {
    this.#authenticator = options.authenticator;
    this.#logger = options.logger;
    this.#timer = setInterval(this.#sweepLogged, options.intervalMs ?? 4_000);
    this.#timer.unref();
  }

  /** @returns a function to call when the subject has ended on its own. */
  watch(dependence: Dependence, onRevoked: () => void): () => void {
    const { kind, id } = dependence.principal.credential;
    const key = `${kind}:${id}`;
    const watched: Watched = { ...dependence, onRevoked, isOver: false };
    const group = this.#byCredential.get(key) ?? new Set();
    group.add(watched);
    this.#byCredential.set(key, group);
    return () => {
      watched.isOver = true;
      group.delete(watched);
      if (group.size === 0 && this.#byCredential.get(key) === group) this.#byCredential.delete(key);
    };
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  readonly #sweepLogged = (): void => {
    this.sweep().catch((error: unknown) => this.#logger.error({ error }, 'what was revoked could not be ended'));
  };

  /** Checks everything once; resolves when all checks are complete. */
  async sweep(): Promise<void> {
    if (this.#isRunning) return;
    this.#isRunning = true;
    try {
      await Promise.all([...this.#byCredential.values()].map((group) => this.#ask([...group])));
    } finally {
      this.#isRunning = false;
    }
  }

  /**
   * Subjects with the same credential may have been opened at different times, so each is checked against the memberships of
   * its own principal. A principal shared by many is checked once.
   */
  async #ask(group: Watched[]): Promise<void> {
    const verdicts = new Map<Principal, boolean>();
    try {
      await Promise.all(
        Array.from(new Set(group.map(({ principal }) => principal)), async (principal) => {
          verdicts.set(principal, await this.#authenticator.stillValid(principal));
        }),
      );
    } catch (error) {
      this.#logger.warn({ error }, 'cannot check a credential; what it opened stays open');
      return;
    }
    // Newest first, so that a terminal is notified before the connection that carries the message ends.
    const valid: Watched[] = [];
    for (const watched of group.toReversed()) {
      if (verdicts.get(watched.principal) === false) this.#end(watched);
      else valid.push(watched);
    }
    await Promise.all(valid.map((watched) => this.#askAccess(watched)));
  }

  async #askAccess(watched: Watched): Promise<void> {
    try {
      if ((await watched.stillHolds?.()) === false) this.#end(watched);
    } catch (error) {
      this.#logger.warn({ error }, 'cannot check an access; what it opened stays open');
    }
  }

  /** Logs a failure: what could not be ended must not keep the rest open. */
  #end({ isOver, onRevoked }: Watched): void {
    if (isOver) return;
    try {
      onRevoked();
    } catch (error) {
      this.#logger.error({ error }, 'what was revoked could not be ended');
    }
  }
}
