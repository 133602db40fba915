import { Controller, Inject } from '@nestjs/common';
import { countedAddressOf } from '../edge/remote-address.ts';
import { ApiError, notFound } from '../http/api-error.ts';
import { type Answer, type Call, CallOf } from '../http/call.ts';
import { Operation } from '../http/operation.ts';
import { personOf } from '../http/person-of.ts';
import { deviceCookie, readCookie } from '../identity/cookies.ts';
import { Accounts } from './accounts.ts';
import { EmailAddresses } from './email-addresses.ts';
import { OwnSignIns } from './own-sign-ins.ts';
import { PasswordChanges } from './password-changes.ts';

@Controller()
export class AccountController {
  @Inject(Accounts) private readonly accounts!: Accounts;
  @Inject(EmailAddresses) private readonly emails!: EmailAddresses;
  @Inject(PasswordChanges) private readonly passwords!: PasswordChanges;
  @Inject(OwnSignIns) private readonly signIns!: OwnSignIns;

  @Operation('getAccount')
  getAccount(@CallOf() { principal }: Call<'getAccount'>): Promise<Answer<'getAccount'>> {
    return this.accounts.account(personOf(principal).userId);
  }

  @Operation('updateAccount')
  async updateAccount(@CallOf() { principal, body }: Call<'updateAccount'>): Promise<Answer<'updateAccount'>> {
    if (principal.credential.kind === 'api')
      throw new ApiError('forbidden', 'An API token cannot change your account. Sign in.');
    await this.accounts.rename(principal.userId, body.name);
    return this.accounts.account(principal.userId);
  }

  @Operation('changeEmail')
  async changeEmail(@CallOf() { principal, body }: Call<'changeEmail'>): Promise<undefined> {
    await this.emails.sendChange(principal.userId, body.email);
  }

  @Operation('verifyEmail')
  async verifyEmail(@CallOf() { principal }: Call<'verifyEmail'>): Promise<undefined> {
    await this.emails.sendVerification(personOf(principal));
  }

  @Operation('confirmEmail')
  async confirmEmail(@CallOf() { body }: Call<'confirmEmail'>): Promise<undefined> {
    await this.emails.confirm(body.secret);
  }

  @Operation('changePassword')
  async changePassword(@CallOf() { principal, body }: Call<'changePassword'>): Promise<undefined> {
    await this.passwords.change(principal, body);
  }

  @Operation('requestPasswordReset')
  async requestPasswordReset(@CallOf() { body, request }: Call<'requestPasswordReset'>): Promise<undefined> {
    this.passwords.requestReset({
      email: body.email,
      address: countedAddressOf(request.raw),
      device: readCookie(request.headers.cookie, deviceCookie),
    });
  }

  @Operation('resetPassword')
  async resetPassword(@CallOf() { body }: Call<'resetPassword'>): Promise<undefined> {
    await this.passwords.reset(body);
  }

  @Operation('createPasswordResetLink')
  createPasswordResetLink(
    @CallOf() { principal, organization, params }: Call<'createPasswordResetLink'>,
  ): Promise<Answer<'createPasswordResetLink'>> {
    return this.passwords.makeResetLink(principal, { organizationId: organization.id, memberId: params.member });
  }

  @Operation('listSignIns')
  async listSignIns(@CallOf() { principal }: Call<'listSignIns'>): Promise<Answer<'listSignIns'>> {
    return { items: await this.signIns.list(principal) };
  }

  @Operation('revokeSignIn')
  async revokeSignIn(@CallOf() { principal, params }: Call<'revokeSignIn'>): Promise<undefined> {
    if (!(await this.signIns.revoke(principal, params.signIn))) throw notFound();
  }

  @Operation('revokeOtherSignIns')
  async revokeOtherSignIns(@CallOf() { principal }: Call<'revokeOtherSignIns'>): Promise<undefined> {
    await this.signIns.revokeAllOthers(principal);
  }
}
