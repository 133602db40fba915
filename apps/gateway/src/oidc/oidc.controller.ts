import { Controller, Inject } from '@nestjs/common';
import { answer, clientOf } from '../accounts/auth.controller.ts';
import { type Answer, type Call, CallOf } from '../http/call.ts';
import { Operation } from '../http/operation.ts';
import { providerCookie, readCookie } from '../identity/cookies.ts';
import { OidcSignIns } from './oidc-sign-ins.ts';
import { Providers } from './providers.ts';

@Controller()
export class OidcController {
  @Inject(Providers) private readonly providers!: Providers;
  @Inject(OidcSignIns) private readonly signIns!: OidcSignIns;

  @Operation('startOidc')
  async startOidc(@CallOf() { body, request, reply }: Call<'startOidc'>): Promise<Answer<'startOidc'>> {
    return answer(reply, await this.signIns.start(body.organization, clientOf(request)));
  }

  @Operation('completeOidc')
  async completeOidc(@CallOf() { body, request, reply }: Call<'completeOidc'>): Promise<Answer<'completeOidc'>> {
    const cookie = readCookie(request.headers.cookie, providerCookie);
    return answer(reply, await this.signIns.complete({ response: body.response, cookie }, clientOf(request)));
  }

  @Operation('linkOidc')
  async linkOidc(@CallOf() { principal, organization, reply }: Call<'linkOidc'>): Promise<Answer<'linkOidc'>> {
    return answer(reply, await this.signIns.link(principal, organization.id));
  }

  @Operation('getOidc')
  getOidc(@CallOf() { organization }: Call<'getOidc'>): Promise<Answer<'getOidc'>> {
    return this.providers.get(organization.id);
  }

  @Operation('setOidc')
  setOidc(@CallOf() { organization, body }: Call<'setOidc'>): Promise<Answer<'setOidc'>> {
    return this.providers.set(organization.id, body);
  }

  @Operation('testOidc')
  testOidc(@CallOf() { organization }: Call<'testOidc'>): Promise<Answer<'testOidc'>> {
    return this.providers.test(organization.id);
  }

  @Operation('removeOidc')
  async removeOidc(@CallOf() { organization }: Call<'removeOidc'>): Promise<undefined> {
    await this.providers.remove(organization.id);
  }
}
