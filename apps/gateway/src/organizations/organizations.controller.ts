import { Controller, Inject } from '@nestjs/common';
import { ApiError } from '../http/api-error.ts';
import { type Answer, type Call, CallOf } from '../http/call.ts';
import { Operation } from '../http/operation.ts';
import { Organizations, requireConfirmation } from './organizations.ts';

@Controller()
export class OrganizationsController {
  @Inject(Organizations) private readonly organizations!: Organizations;

  @Operation('createOrganization')
  async create(@CallOf() { principal, body }: Call<'createOrganization'>): Promise<Answer<'createOrganization'>> {
    const { kind } = principal.credential;
    if (kind !== 'browser' && kind !== 'cli')
      throw new ApiError('forbidden', 'A token cannot create organizations. Sign in to create one.');
    return this.organizations.create(principal.userId, body.name);
  }

  @Operation('getOrganization')
  get(@CallOf() { organization }: Call<'getOrganization'>): Promise<Answer<'getOrganization'>> {
    return this.organizations.get(organization.id);
  }

  @Operation('updateOrganization')
  update(@CallOf() { organization, body }: Call<'updateOrganization'>): Promise<Answer<'updateOrganization'>> {
    return this.organizations.update(organization.id, body);
  }

  @Operation('deleteOrganization')
  async delete(@CallOf() { organization, query }: Call<'deleteOrganization'>): Promise<undefined> {
    requireConfirmation(organization.slug, query.confirm);
    await this.organizations.delete(organization.id);
  }
}
