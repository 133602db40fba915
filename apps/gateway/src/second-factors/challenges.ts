import { createHash, randomBytes } from 'node:crypto';
import type { Database } from '../database/database.ts';
import type { ChallengeKind } from '../generated/prisma/enums.ts';

/** How long a person has, in milliseconds. */
export const challengeMs = 5 * 60_000;
/** How many wrong proofs a challenge takes. */
const mostTries = 5;
const secretBytes = 32;

export interface Challenge {
  id: string;
  userId: string | null;
  userIncarnation: number | null;
  /** What a passkey must sign. */
  passkeyChallenge: Uint8Array<ArrayBuffer>;
}

/**
 * What a person has to prove within minutes. A challenge is a row, not a signed token, so that it counts its tries on all
 * gateways together and works once. Whoever is not signed in yet holds its secret: a browser as a cookie, so that the second step
 * can only be taken where the first was.
 */
export class Challenges {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** A challenge for a client that is not signed in. `secret` identifies it, and is not stored. */
  async forSignIn(
    kind: 'secondFactor' | 'passkeySignIn',
    user: { id: string; incarnation: number } | null,
  ): Promise<Challenge & { secret: string; expiresAt: Date }> {
    const secret = randomBytes(secretBytes).toString('base64url');
    return { ...(await this.#create(kind, user, hashOf(secret))), secret };
  }

  /** A challenge for a signed-in person, identified by what the passkey signs. */
  forUser(kind: 'passkeyRegistration' | 'stepUp', userId: string): Promise<Challenge> {
    return this.#create(kind, { id: userId, incarnation: null }, null);
  }

  /** The challenge of a secret, without counting a try; null if it is not, or no longer, open. */
  async find(kind: ChallengeKind, secret: string): Promise<Challenge | null> {
    return this.#challenges.findFirst({ where: { ...open(), kind, secretHash: hashOf(secret) } });
  }

  /** Counts a try. False if that was one too many, or the challenge has ended meanwhile. */
  async attempt({ id }: Challenge): Promise<boolean> {
    const { count } = await this.#challenges.updateMany({
      where: { ...open(), id },
      data: { tries: { increment: 1 } },
    });
    return count === 1;
  }

  /** Ends a challenge whose proof was right. False if somebody was faster. */
  async use({ id }: Challenge): Promise<boolean> {
    const { count } = await this.#challenges.updateMany({
      where: { id, usedAt: null, expiresAt: { gt: new Date() } },
      data: { usedAt: new Date() },
    });
    return count === 1;
  }

  /** Ends a signed-in person's challenge that a passkey has signed. False if there is no such challenge, or it was used before. */
  async useSigned(kind: 'passkeyRegistration' | 'stepUp', userId: string, signed: string): Promise<boolean> {
    const { count } = await this.#challenges.updateMany({
      where: { ...open(), kind, userId, passkeyChallenge: Buffer.from(signed, 'base64url') },
      data: { usedAt: new Date() },
    });
    return count === 1;
  }

  async #create(
    kind: ChallengeKind,
    user: { id: string; incarnation: number | null } | null,
    secretHash: Buffer<ArrayBuffer> | null,
  ) {
    await this.#removeOld();
    return this.#challenges.create({
      data: {
        kind,
        userId: user?.id ?? null,
        userIncarnation: user?.incarnation ?? null,
        secretHash,
        passkeyChallenge: randomBytes(32) as Buffer<ArrayBuffer>,
        expiresAt: new Date(Date.now() + challengeMs),
      },
    });
  }

  /** Old ones go when new ones come; those that another call is removing are left to it, so that no two wait for each other. */
  async #removeOld(): Promise<void> {
    await this.#database.acrossOrganizations.$executeRaw`
      DELETE FROM sign_in_challenges WHERE id IN (
        SELECT id FROM sign_in_challenges WHERE expires_at < now() LIMIT 100 FOR UPDATE SKIP LOCKED
      )`;
  }

  get #challenges() {
    return this.#database.acrossOrganizations.signInChallenge;
  }
}

const open = () => ({ usedAt: null, tries: { lt: mostTries }, expiresAt: { gt: new Date() } });

/** A plain hash is enough for 256 random bits. */
function hashOf(secret: string): Buffer<ArrayBuffer> {
  return createHash('sha256').update(secret).digest() as Buffer<ArrayBuffer>;
}
