import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Database } from '../database/database.ts';
import { readBase64url } from './base64url.ts';
import type { Credentials } from './credentials.ts';
import type { Keys } from './keys.ts';
import { type SignedTokens, signedSeconds } from './signed-tokens.ts';

/** A browser that is not used for this long is signed out, in milliseconds. */
const idleMs = 14 * 86_400_000;
/** Characters kept of a `User-Agent`. */
const longestUserAgent = 300;
/** HMAC-SHA-256. */
const macBytes = 32;
/** Two tabs may refresh at the same moment: how long the slower one still succeeds, in milliseconds. */
const graceMs = 10_000;

/** What signs a browser in: the values of its two cookies, with their lifetimes in seconds. */
export interface SignIn {
  access: { value: string; seconds: number };
  refresh: { value: string; seconds: number };
}

/** How a browser session begins. */
export interface BrowserSessionStart {
  /** Network address of the browser. */
  address: string;
  /** Its `User-Agent`. */
  userAgent: string;
  /** Whether the person proved a second factor. */
  hasSecondFactor: boolean;
  /** The organization whose provider vouched for the person, the only one that the session opens. */
  providerOf?: string;
}

/** What browser sessions depend on. */
export interface BrowserSessionsDependencies {
  database: Database;
  keys: Keys;
  signed: SignedTokens;
  credentials: Credentials;
}

/**
 * Sessions of signed-in browsers. The refresh secret is `<session>.<generation>.<mac>` and changes at each use. If an old one
 * is used after its successor was issued, one of the two was stolen, so the whole session ends.
 */
export class BrowserSessions {
  readonly #dependencies: BrowserSessionsDependencies;

  constructor(dependencies: BrowserSessionsDependencies) {
    this.#dependencies = dependencies;
  }

  /** Starts a session with a new id. */
  async begin(user: { id: string; incarnation: number }, start: BrowserSessionStart): Promise<SignIn> {
    const now = new Date();
    const { id } = await this.#dependencies.database.acrossOrganizations.browserSession.create({
      data: {
        userId: user.id,
        userIncarnation: user.incarnation,
        expiresAt: new Date(now.getTime() + idleMs),
        clientAddress: start.address,
        userAgent: start.userAgent.slice(0, longestUserAgent),
        lastSeenAt: now,
        provedAt: now,
        secondFactorAt: start.hasSecondFactor ? now : null,
        providerOf: start.providerOf ?? null,
      },
      select: { id: true },
    });
    return this.#signIn({ id, userId: user.id }, 0);
  }

  /** New cookies for a refresh secret; null if it is not, or no longer, valid. */
  async refresh(secret: string | null): Promise<(SignIn & { userId: string; providerOf: string | null }) | null> {
    const shown = this.#read(secret);
    if (shown === null) return null;
    const { id, generation } = shown;
    const now = new Date();
    const live = { id, revokedAt: null, expiresAt: { gt: now } };
    // This statement decides which of several simultaneous calls is first.
    const turned = await this.#dependencies.database.acrossOrganizations.browserSession.updateMany({
      where: { ...live, generation },
      data: {
        generation: generation + 1,
        rotatedAt: now,
        lastSeenAt: now,
        expiresAt: new Date(now.getTime() + idleMs),
      },
    });
    const row = await this.#dependencies.database.acrossOrganizations.browserSession.findFirst({
      where: live,
      include: { user: true },
    });
    if (row === null) return null;
    const isRace = row.generation === generation + 1 && now.getTime() - row.rotatedAt.getTime() < graceMs;
    if (turned.count === 0 && !isRace) {
      await this.#revoke(id);
      return null;
    }
    const { user } = row;
    if (user.disabledAt !== null || user.incarnation !== row.userIncarnation) return null;
    return { ...this.#signIn(row, row.generation), userId: user.id, providerOf: row.providerOf };
  }

  /** Ends the session of a refresh secret. An invalid secret has no effect. */
  async end(secret: string | null): Promise<void> {
    const shown = this.#read(secret);
    if (shown !== null) await this.#revoke(shown.id);
  }

  async endById(id: string): Promise<void> {
    await this.#revoke(id);
  }

  async #revoke(id: string): Promise<void> {
    const ended = await this.#dependencies.database.acrossOrganizations.browserSession.updateManyAndReturn({
      where: { id, revokedAt: null },
      data: { revokedAt: new Date() },
      select: { userId: true },
    });
    for (const { userId } of ended) this.#dependencies.credentials.revoked(userId);
  }

  #signIn({ id, userId }: { id: string; userId: string }, generation: number): SignIn {
    const { token } = this.#dependencies.signed.sign('browser', { sub: userId, sid: id, cluster: null });
    return {
      access: { value: token, seconds: signedSeconds.browser },
      refresh: {
        value: `${id}.${generation}.${this.#mac(id, generation).toString('base64url')}`,
        seconds: idleMs / 1_000,
      },
    };
  }

  #read(secret: string | null): { id: string; generation: number } | null {
    const match = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.(0|[1-9]\d{0,8})\.([\w-]{43})$/.exec(secret ?? '');
    if (match === null) return null;
    const [, id = '', digits = '', mac = ''] = match;
    const generation = Number(digits);
    const given = readBase64url(mac, macBytes);
    return given !== null && timingSafeEqual(given, this.#mac(id, generation)) ? { id, generation } : null;
  }

  #mac(id: string, generation: number): Buffer {
    return createHmac('sha256', this.#dependencies.keys.refresh).update(`${id}.${generation}`).digest();
  }
}
