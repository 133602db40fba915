import { Controller, Inject } from '@nestjs/common';
import { ApiError, notFound } from '../http/api-error.ts';
import { type Answer, type Call, CallOf } from '../http/call.ts';
import { Operation } from '../http/operation.ts';
import { personOf } from '../http/person-of.ts';
import type { Principal } from '../identity/principal.ts';
import { AccountMail } from '../mail/account-mail.ts';
import { Freshness } from './freshness.ts';
import { Passkeys } from './passkeys.ts';
import { SecondFactors } from './second-factors.ts';

@Controller()
export class SecondFactorsController {
  @Inject(SecondFactors) private readonly factors!: SecondFactors;
  @Inject(Passkeys) private readonly passkeys!: Passkeys;
  @Inject(Freshness) private readonly freshness!: Freshness;
  @Inject(AccountMail) private readonly mail!: AccountMail;

  @Operation('stepUp')
  async stepUp(@CallOf() { principal, body }: Call<'stepUp'>): Promise<undefined> {
    await this.freshness.prove(principal, body);
  }

  @Operation('passkeyForStepUp')
  passkeyForStepUp(@CallOf() { principal }: Call<'passkeyForStepUp'>): Promise<Answer<'passkeyForStepUp'>> {
    return this.freshness.passkeyOptions(principal).then((options) => ({ ...options }));
  }

  @Operation('createTotp')
  createTotp(@CallOf() { principal }: Call<'createTotp'>): Promise<Answer<'createTotp'>> {
    return this.factors.beginTotp(personOf(principal));
  }

  @Operation('confirmTotp')
  async confirmTotp(@CallOf() { principal, body }: Call<'confirmTotp'>): Promise<Answer<'confirmTotp'>> {
    this.freshness.countAttempt(principal);
    if (!(await this.factors.confirmTotp(principal.userId, body.code))) {
      const message = 'This is not the code that the app shows now. Check the clock of your device.';
      throw new ApiError('invalid-request', message, { fields: [{ path: 'code', message }] });
    }
    return this.#added(principal, 'An authenticator app was added');
  }

  @Operation('deleteTotp')
  async deleteTotp(@CallOf() { principal }: Call<'deleteTotp'>): Promise<undefined> {
    if (!(await this.factors.removeTotp(principal.userId))) throw notFound();
    this.mail.securityChanged(personOf(principal).email, 'The authenticator app was removed');
  }

  @Operation('createRecoveryCodes')
  async createRecoveryCodes(
    @CallOf() { principal }: Call<'createRecoveryCodes'>,
  ): Promise<Answer<'createRecoveryCodes'>> {
    const codes = await this.factors.replaceRecoveryCodes(principal.userId);
    this.mail.securityChanged(personOf(principal).email, 'The recovery codes were replaced');
    return codes;
  }

  @Operation('listPasskeys')
  async listPasskeys(@CallOf() { principal }: Call<'listPasskeys'>): Promise<Answer<'listPasskeys'>> {
    return { items: await this.passkeys.list(principal.userId) };
  }

  @Operation('passkeyForRegistration')
  async passkeyForRegistration(
    @CallOf() { principal }: Call<'passkeyForRegistration'>,
  ): Promise<Answer<'passkeyForRegistration'>> {
    return { ...(await this.passkeys.creationOptions(personOf(principal))) };
  }

  @Operation('createPasskey')
  async createPasskey(@CallOf() { principal, body }: Call<'createPasskey'>): Promise<Answer<'createPasskey'>> {
    const passkey = await this.passkeys.add(principal.userId, body);
    return { passkey, ...(await this.#added(principal, `The passkey “${passkey.name}” was added`)) };
  }

  @Operation('updatePasskey')
  async updatePasskey(@CallOf() { principal, params, body }: Call<'updatePasskey'>): Promise<Answer<'updatePasskey'>> {
    const renamed = await this.passkeys.rename(principal.userId, params.passkey, body.name);
    if (renamed === null) throw notFound();
    return renamed;
  }

  @Operation('deletePasskey')
  async deletePasskey(@CallOf() { principal, params }: Call<'deletePasskey'>): Promise<undefined> {
    if (!(await this.factors.removePasskey(principal.userId, params.passkey))) throw notFound();
    this.mail.securityChanged(personOf(principal).email, 'A passkey was removed');
  }

  /** Whoever has just added a factor has proved it, so they are not asked for it at once. */
  async #added(principal: Principal, what: string): Promise<Answer<'confirmTotp'>> {
    await this.freshness.noteSecondFactor(principal);
    this.mail.securityChanged(personOf(principal).email, what);
    return { recoveryCodes: await this.factors.firstRecoveryCodes(principal.userId) };
  }
}
