import type { Logger } from 'pino';
import type { Authenticator } from '../identity/authenticator.ts';
import type { Principal } from '../identity/principal.ts';

interface Watched {
  principal: Principal;
  onRevoked: () => void;
}

/**
 * Asks every few seconds whether the credentials of what is open (requests, execs, terminals, sockets) still hold; the
 * authenticator reads each once. When the question cannot be answered (the database is away) what is open stays open.
 */
export class Revalidation {
  readonly #authenticator: Pick<Authenticator, 'stillValid'>;
  readonly #logger: Logger;
  readonly #byCredential = new Map<string, Set<Watched>>();
  readonly #timer: NodeJS.Timeout;
  #isRunning = false;

  /** @param options.intervalMs with the authenticator's own cache this must stay within 5 s; default 4 s. */
  constructor(options: { authenticator: Pick<Authenticator, 'stillValid'>; logger: Logger; intervalMs?: number }) {
    this.#authenticator = options.authenticator;
    this.#logger = options.logger;
    this.#timer = setInterval(this.#sweepLogged, options.intervalMs ?? 4_000);
    this.#timer.unref();
  }

  /** @returns call it when the thing has ended by itself. */
  watch(principal: Principal, onRevoked: () => void): () => void {
    const key = `${principal.credential.kind}:${principal.credential.id}`;
    const watched: Watched = { principal, onRevoked };
    const group = this.#byCredential.get(key) ?? new Set();
    group.add(watched);
    this.#byCredential.set(key, group);
    return () => {
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

  /** One round; returns when all answers are in. */
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
   * Things of one credential were opened at different times, so each is held to the memberships of its own principal. Many
   * share one, and it is asked about once.
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
    // Newest first: a terminal is told before the connection that would have carried the news.
    for (const { principal, onRevoked } of group.toReversed()) {
      if (verdicts.get(principal) !== false) continue;
      try {
        onRevoked();
      } catch (error) {
        // One that cannot be ended must not keep the others open.
        this.#logger.error({ error }, 'what was revoked could not be ended');
      }
    }
  }
}
