import { Controller, Inject } from '@nestjs/common';
import { type Answer, type Call, CallOf } from '../http/call.ts';
import { Operation } from '../http/operation.ts';
import { LostSecondFactors } from './lost-second-factors.ts';
import { OrganizationSecurity } from './organization-security.ts';

@Controller()
export class OrganizationSecurityController {
  @Inject(OrganizationSecurity) private readonly security!: OrganizationSecurity;
  @Inject(LostSecondFactors) private readonly lost!: LostSecondFactors;

  @Operation('getOrganizationSecurity')
  read(@CallOf() { organization }: Call<'getOrganizationSecurity'>): Promise<Answer<'getOrganizationSecurity'>> {
    return this.security.read(organization.id);
  }

  @Operation('updateOrganizationSecurity')
  update(
    @CallOf() { principal, organization, body }: Call<'updateOrganizationSecurity'>,
  ): Promise<Answer<'updateOrganizationSecurity'>> {
    return this.security.change(organization.id, { userId: principal.userId, security: body });
  }

  @Operation('removeSecondFactor')
  async removeSecondFactor(
    @CallOf() { principal, organization, params }: Call<'removeSecondFactor'>,
  ): Promise<undefined> {
    await this.lost.remove(principal, { organizationId: organization.id, memberId: params.user });
  }
}
