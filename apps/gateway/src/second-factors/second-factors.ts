import type { PasskeyAssertion, secondFactorMethods } from '@postern/contracts';
import type { Database } from '../database/database.ts';
import { ApiError } from '../http/api-error.ts';
import type { Credentials } from '../identity/credentials.ts';
import type { Sealed } from '../identity/sealed.ts';
import type { Passkeys } from './passkeys.ts';
import { hashRecoveryCode, newRecoveryCodes } from './recovery-codes.ts';
import { acceptedStep, describeTotp, newTotpKey } from './totp.ts';

export type SecondFactorMethod = (typeof secondFactorMethods)[number];

/** What a person gave to prove a second factor; the contract has checked that it is exactly one. */
export interface Proof {
  code?: string | undefined;
  recoveryCode?: string | undefined;
  passkey?: PasskeyAssertion | undefined;
}

/** What a person has set up. */
export interface SecondFactorState {
  totp: boolean;
  passkeys: number;
  recoveryCodes: number;
}

/** What `SecondFactors` depends on. */
interface Dependencies {
  database: Database;
  sealed: Sealed;
  passkeys: Passkeys;
  credentials: Credentials;
  config: { publicOrigin: string };
}

/** Second factors of people: authenticator apps, passkeys, and the recovery codes that stand in for them. */
export class SecondFactors {
  readonly #dependencies: Dependencies;

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
  }

  async state(userId: string): Promise<SecondFactorState> {
    const { totpFactor, passkey, recoveryCode } = this.#tables;
    const [totp, passkeys, recoveryCodes] = await Promise.all([
      totpFactor.count({ where: { userId, confirmedAt: { not: null } } }),
      passkey.count({ where: { userId } }),
      recoveryCode.count({ where: { userId, usedAt: null } }),
    ]);
    return { totp: totp > 0, passkeys, recoveryCodes };
  }

  /** The ways in which this person can prove a second factor; none if there is no second factor. */
  async methods(userId: string): Promise<SecondFactorMethod[]> {
    const { totp, passkeys, recoveryCodes } = await this.state(userId);
    if (!totp && passkeys === 0) return [];
    return [
      ...(totp ? (['totp'] as const) : []),
      ...(passkeys > 0 ? (['passkey'] as const) : []),
      ...(recoveryCodes > 0 ? (['recovery-code'] as const) : []),
    ];
  }

  /** Whether a proof is right. A code and a recovery code are used up by this. @param challenge what a passkey had to sign. */
  async check(userId: string, proof: Proof, challenge: Uint8Array | null): Promise<boolean> {
    if (proof.code !== undefined) return this.#checkCode(userId, proof.code);
    if (proof.recoveryCode !== undefined) return this.#useRecoveryCode(userId, proof.recoveryCode);
    if (proof.passkey === undefined || challenge === null) return false;
    const signed = { assertion: proof.passkey, challenge };
    return (await this.#dependencies.passkeys.holderOf(signed, { isAlone: false })) === userId;
  }

  /** Begins to set up an authenticator app; replaces one that was never confirmed. @throws {ApiError} `conflict`. */
  async beginTotp(user: { userId: string; email: string }): Promise<{ uri: string; secret: string }> {
    const { userId, email } = user;
    const key = newTotpKey();
    const sealedKey = this.#dependencies.sealed.seal(userId, key);
    const fresh = { sealedKey, createdAt: new Date(), lastStep: 0n };
    const replaced = await this.#tables.totpFactor.updateMany({ where: { userId, confirmedAt: null }, data: fresh });
    if (replaced.count === 0) {
      const { count } = await this.#tables.totpFactor.createMany({ data: { userId, ...fresh }, skipDuplicates: true });
      if (count === 0)
        throw new ApiError('conflict', 'An authenticator app is set up already. Remove it to set up another.');
    }
    return describeTotp(key, { issuer: new URL(this.#dependencies.config.publicOrigin).hostname, email });
  }

  /** Whether the code is one of the app that is being set up, which counts from then on. @throws {ApiError} `conflict`. */
  async confirmTotp(userId: string, code: string): Promise<boolean> {
    const row = await this.#tables.totpFactor.findFirst({ where: { userId, confirmedAt: null } });
    if (row === null) throw new ApiError('conflict', 'No authenticator app is being set up. Begin again.');
    const key = this.#dependencies.sealed.open(userId, row.sealedKey);
    const step = key && acceptedStep(key, code, { lastStep: row.lastStep, now: Date.now() });
    if (step === null) return false;
    const { count } = await this.#tables.totpFactor.updateMany({
      where: { userId, confirmedAt: null, sealedKey: row.sealedKey },
      data: { confirmedAt: new Date(), lastStep: step },
    });
    this.#changed(userId);
    return count === 1;
  }

  /** False if there was none. @throws {ApiError} `conflict`: see `#refuseLast`. */
  async removeTotp(userId: string): Promise<boolean> {
    const { totp, passkeys } = await this.state(userId);
    if (totp && passkeys === 0) await this.#refuseLast(userId);
    const { count } = await this.#tables.totpFactor.deleteMany({ where: { userId, confirmedAt: { not: null } } });
    await this.#removed(userId);
    return count === 1;
  }

  /** False if the person has no such passkey. @throws {ApiError} `conflict`: see `#refuseLast`. */
  async removePasskey(userId: string, id: string): Promise<boolean> {
    const { totp, passkeys } = await this.state(userId);
    if (!totp && passkeys === 1) await this.#refuseLast(userId);
    const isRemoved = await this.#dependencies.passkeys.remove(userId, id);
    await this.#removed(userId);
    return isRemoved;
  }

  /** New recovery codes in place of all others. @throws {ApiError} `conflict`: there is no second factor that they could replace. */
  async replaceRecoveryCodes(userId: string): Promise<{ codes: string[]; createdAt: string }> {
    if ((await this.methods(userId)).length === 0)
      throw new ApiError('conflict', 'Recovery codes replace a second factor. Set one up first.');
    const codes = newRecoveryCodes();
    await this.#dependencies.database.acrossOrganizations.$transaction([
      this.#tables.recoveryCode.deleteMany({ where: { userId } }),
      this.#tables.recoveryCode.createMany({
        data: codes.map((code) => ({ userId, codeHash: hashRecoveryCode(code) })),
      }),
    ]);
    return { codes, createdAt: new Date().toISOString() };
  }

  /** The first recovery codes of a person who has just added a second factor; null if there are some. */
  async firstRecoveryCodes(userId: string): Promise<{ codes: string[]; createdAt: string } | null> {
    this.#changed(userId);
    const { recoveryCodes } = await this.state(userId);
    return recoveryCodes > 0 ? null : this.replaceRecoveryCodes(userId);
  }

  async #checkCode(userId: string, code: string): Promise<boolean> {
    const row = await this.#tables.totpFactor.findFirst({ where: { userId, confirmedAt: { not: null } } });
    const key = row && this.#dependencies.sealed.open(userId, row.sealedKey);
    if (row === null || key === null) return false;
    const step = acceptedStep(key, code, { lastStep: row.lastStep, now: Date.now() });
    if (step === null) return false;
    // Of two simultaneous uses of a code this statement lets one pass.
    const { count } = await this.#tables.totpFactor.updateMany({
      where: { userId, lastStep: { lt: step } },
      data: { lastStep: step },
    });
    return count === 1;
  }

  async #useRecoveryCode(userId: string, code: string): Promise<boolean> {
    const { count } = await this.#tables.recoveryCode.updateMany({
      where: { userId, codeHash: hashRecoveryCode(code), usedAt: null },
      data: { usedAt: new Date() },
    });
    return count === 1;
  }

  /** Nobody locks themselves out of an organization by removing their last factor. @throws {ApiError} `conflict`. */
  async #refuseLast(userId: string): Promise<void> {
    const strict = await this.#dependencies.database.acrossOrganizations.membership.findFirst({
      where: { userId, organization: { requireSecondFactor: true } },
      include: { organization: true },
    });
    if (strict !== null)
      throw new ApiError(
        'conflict',
        `${strict.organization.name} requires a second factor, and this is your last one. Add another first.`,
      );
  }

  /** Recovery codes end with the last factor. */
  async #removed(userId: string): Promise<void> {
    const { totp, passkeys } = await this.state(userId);
    if (!totp && passkeys === 0) await this.#tables.recoveryCode.deleteMany({ where: { userId } });
    this.#changed(userId);
  }

  /** What organizations that require a second factor let this person do has changed. */
  #changed(userId: string): void {
    this.#dependencies.credentials.revoked(userId);
  }

  get #tables() {
    return this.#dependencies.database.acrossOrganizations;
  }
}
