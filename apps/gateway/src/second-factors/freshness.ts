import type { IncomingHttpHeaders } from 'node:http';
import type { StepUpRequest } from '@postern/contracts';
import type { z } from 'zod';
import type { Database } from '../database/database.ts';
import { ApiError, rateLimited } from '../http/api-error.ts';
import type { Passwords } from '../identity/passwords.ts';
import type { Principal } from '../identity/principal.ts';
import type { Limits } from '../limits/limits.ts';
import type { Challenges } from './challenges.ts';
import type { Passkeys } from './passkeys.ts';
import type { SecondFactors } from './second-factors.ts';

/** How long a proof counts, in milliseconds. */
const freshMs = 5 * 60_000;
/** The header with which a program proves the second factor for one request. */
const codeHeader = 'postern-code';

interface Dependencies {
  database: Database;
  passwords: Passwords;
  limits: Limits;
  challenges: Challenges;
  passkeys: Passkeys;
  factors: SecondFactors;
}

/**
 * Whether a person has proved just now that it is them: by a second factor, or by the password if the account has none. Needed
 * for what a stolen browser session or token must not be able to do.
 */
export class Freshness {
  readonly #dependencies: Dependencies;

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
  }

  /**
   * Passes if there was a proof in the last five minutes, or if the request has a right code in the header `Postern-Code`.
   * @throws {ApiError} `step-up-required`, `rate-limited`.
   */
  async require(principal: Principal, headers: IncomingHttpHeaders): Promise<void> {
    if (await this.#isFresh(principal)) return;
    const code = headers[codeHeader];
    const { factors } = this.#dependencies;
    if (typeof code === 'string' && /^\d{3} ?\d{3}$/.test(code)) {
      this.countAttempt(principal);
      if (await factors.check(principal.userId, { code }, null)) return;
      throw stepUpRequired('The code is wrong, has expired, or was used before.');
    }
    const hasFactor = (await factors.methods(principal.userId)).length > 0;
    if (principal.credential.kind === 'api')
      throw stepUpRequired(
        hasFactor
          ? 'Send a code of your authenticator app in the header Postern-Code.'
          : 'An API token cannot do this for a person without a second factor. Sign in.',
      );
    throw stepUpRequired(hasFactor ? 'Confirm it with your second factor.' : 'Confirm it with your password.');
  }

  /** Proves who is signed in. @throws {ApiError} `invalid-request`: a wrong proof, naming the field; `forbidden`, `rate-limited`. */
  async prove(principal: Principal, { password, ...proof }: z.output<typeof StepUpRequest>): Promise<void> {
    this.#refuseApiToken(principal);
    this.countAttempt(principal);
    const { factors } = this.#dependencies;
    const { userId } = principal;
    const hasFactor = (await factors.methods(userId)).length > 0;
    if (password !== undefined) {
      if (hasFactor) throw wrong('password', 'Your account has a second factor: confirm with that.');
      if (!(await this.checkPassword(userId, password))) throw wrong('password', 'This is not your password.');
      return this.#note(principal, { provedAt: new Date() });
    }
    const { passkey } = proof;
    const challenge =
      passkey === undefined ? null : await this.#signedChallenge(userId, passkey.response.clientDataJSON);
    if (!(await factors.check(userId, proof, challenge))) {
      const [field = 'code'] = Object.keys(proof);
      throw wrong(field, 'This is wrong, has expired, or was used before.');
    }
    await this.noteSecondFactor(principal);
  }

  /** What a passkey must sign to prove it. @throws {ApiError} `forbidden`. */
  async passkeyOptions(principal: Principal) {
    this.#refuseApiToken(principal);
    const { challenges, passkeys } = this.#dependencies;
    const { passkeyChallenge } = await challenges.forUser('stepUp', principal.userId);
    return passkeys.requestOptions(passkeyChallenge, principal.userId);
  }

  /** Records that this sign-in has just proved a second factor. */
  noteSecondFactor(principal: Principal): Promise<void> {
    const now = new Date();
    return this.#note(principal, { provedAt: now, secondFactorAt: now });
  }

  /** Whether this is the person's password. */
  async checkPassword(userId: string, password: string): Promise<boolean> {
    const { database, passwords } = this.#dependencies;
    const user = await database.acrossOrganizations.user.findUnique({ where: { id: userId } });
    return passwords.check(password, user?.passwordHash ?? null);
  }

  async #isFresh(principal: Principal): Promise<boolean> {
    const { database, factors } = this.#dependencies;
    const { userId, credential } = principal;
    const where = { id: credential.id, userId };
    const select = { provedAt: true, secondFactorAt: true };
    const row =
      credential.kind === 'browser'
        ? await database.acrossOrganizations.browserSession.findFirst({ where, select })
        : await database.acrossOrganizations.apiToken.findFirst({ where, select });
    if (row === null) return false;
    const hasFactor = (await factors.methods(userId)).length > 0;
    const proved = hasFactor ? row.secondFactorAt : row.provedAt;
    return proved !== null && Date.now() - proved.getTime() < freshMs;
  }

  async #note({ userId, credential }: Principal, data: { provedAt: Date; secondFactorAt?: Date }): Promise<void> {
    const { browserSession, apiToken } = this.#dependencies.database.acrossOrganizations;
    const where = { id: credential.id, userId };
    if (credential.kind === 'browser') await browserSession.updateMany({ where, data });
    // Never of a token for programs: it would be fresh for everybody who has it.
    if (credential.kind === 'cli') await apiToken.updateMany({ where, data });
  }

  /** The challenge that the passkey says it signed, if it is one of this person's; it cannot be used again. */
  async #signedChallenge(userId: string, clientData: string): Promise<Uint8Array | null> {
    const signed = challengeOf(clientData);
    if (signed === null || !(await this.#dependencies.challenges.useSigned('stepUp', userId, signed))) return null;
    return Buffer.from(signed, 'base64url');
  }

  /**
   * Counts an attempt to prove something. A stolen browser session has a count of its own, and tokens have one, so that a thief
   * cannot keep the owner from proving anything.
   * @throws {ApiError} `rate-limited`.
   */
  countAttempt({ userId, credential }: Principal): void {
    const key = credential.kind === 'browser' ? credential.id : `${userId} by token`;
    const seconds = this.#dependencies.limits.take('proofsPerSignIn', key);
    if (seconds > 0) throw rateLimited(seconds, 'Too many attempts.');
  }

  #refuseApiToken({ credential }: Principal): void {
    if (credential.kind === 'api')
      throw new ApiError(
        'forbidden',
        'An API token proves nothing for later requests. Send a code in the header Postern-Code with each.',
      );
  }
}

function challengeOf(clientData: string): string | null {
  try {
    const { challenge } = JSON.parse(Buffer.from(clientData, 'base64url').toString()) as { challenge?: unknown };
    return typeof challenge === 'string' && /^[\w-]{43}$/.test(challenge) ? challenge : null;
  } catch {
    return null;
  }
}

function stepUpRequired(how: string): ApiError {
  return new ApiError('step-up-required', `This needs a fresh proof that it is you. ${how}`);
}

function wrong(path: string, message: string): ApiError {
  return new ApiError('invalid-request', message, { fields: [{ path, message }] });
}
