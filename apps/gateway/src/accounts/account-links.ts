import { createHash, randomBytes } from 'node:crypto';
import type { Database } from '../database/database.ts';
import type { AccountLinkKind } from '../generated/prisma/enums.ts';

const minute = 60_000;
const secretBytes = 32;

/** How long a link works, in milliseconds. */
const lifetimes: Record<AccountLinkKind, number> = {
  passwordReset: 30 * minute,
  emailChange: 24 * 60 * minute,
  emailVerification: 24 * 60 * minute,
};

/** Pages of the dashboard that read the secret and post it. */
const pages: Record<AccountLinkKind, string> = {
  passwordReset: '/account/reset-password',
  emailChange: '/account/confirm-email',
  emailVerification: '/account/confirm-email',
};

/** What opening a link proved. */
export interface OpenedLink {
  kind: AccountLinkKind;
  userId: string;
  /** The address to which it was sent. */
  email: string;
}

type Links = Pick<Database['acrossOrganizations'], 'accountLink'>;

/**
 * Links that prove an e-mail address. The secret is in the fragment of the address, which browsers send to nobody; only its hash
 * is stored, and it works once.
 */
export class AccountLinks {
  readonly #database: Database;
  readonly #origin: string;

  constructor(database: Database, { publicOrigin }: { publicOrigin: string }) {
    this.#database = database;
    this.#origin = publicOrigin;
  }

  /** A new link. It is not stored, so it can be shown or sent only now. */
  async make(about: OpenedLink): Promise<{ link: string; expiresAt: Date }> {
    const secret = randomBytes(secretBytes).toString('base64url');
    const expiresAt = new Date(Date.now() + lifetimes[about.kind]);
    await this.#database.acrossOrganizations.accountLink.create({
      data: { ...about, secretHash: hashOf(secret), expiresAt },
    });
    return { link: `${this.#origin}${pages[about.kind]}#${secret}`, expiresAt };
  }

  /**
   * Uses up the link of a secret; null if there is none of these kinds that still works. Call it in the transaction that does what
   * the link is for, so that a failure leaves it usable.
   */
  async use(transaction: Links, secret: string, kinds: AccountLinkKind[]): Promise<OpenedLink | null> {
    const [link] = await transaction.accountLink.updateManyAndReturn({
      where: { secretHash: hashOf(secret), kind: { in: kinds }, usedAt: null, expiresAt: { gt: new Date() } },
      data: { usedAt: new Date() },
      select: { kind: true, userId: true, email: true },
    });
    return link ?? null;
  }

  /** Ends every link of a person: they were sent before the password or the address changed. */
  async endAll(transaction: Links, userId: string): Promise<void> {
    await transaction.accountLink.updateMany({ where: { userId, usedAt: null }, data: { usedAt: new Date() } });
  }
}

/** A plain hash is enough for 256 random bits. */
function hashOf(secret: string): Buffer<ArrayBuffer> {
  return createHash('sha256').update(secret).digest() as Buffer<ArrayBuffer>;
}
