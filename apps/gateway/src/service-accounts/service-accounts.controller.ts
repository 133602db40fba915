import { Controller, Inject } from '@nestjs/common';
import { notFound } from '../http/api-error.ts';
import { type Answer, type Call, CallOf } from '../http/call.ts';
import { Operation } from '../http/operation.ts';
import { ApiTokens } from '../tokens/api-tokens.ts';
import { scopesFor } from '../tokens/scopes.ts';
import { ServiceAccounts } from './service-accounts.ts';

@Controller()
export class ServiceAccountsController {
  @Inject(ServiceAccounts) private readonly accounts!: ServiceAccounts;
  @Inject(ApiTokens) private readonly tokens!: ApiTokens;

  @Operation('listServiceAccounts')
  async list(@CallOf() { organization }: Call<'listServiceAccounts'>): Promise<Answer<'listServiceAccounts'>> {
    return { items: await this.accounts.list(organization.id) };
  }

  @Operation('createServiceAccount')
  create(@CallOf() call: Call<'createServiceAccount'>): Promise<Answer<'createServiceAccount'>> {
    const { principal, organization, body } = call;
    return this.accounts.create({ organizationId: organization.id, userId: principal.userId }, body);
  }

  @Operation('deleteServiceAccount')
  async delete(@CallOf() { organization, params }: Call<'deleteServiceAccount'>): Promise<undefined> {
    if (!(await this.accounts.delete(organization.id, params.serviceAccount))) throw notFound();
  }

  @Operation('listServiceAccountTokens')
  async listTokens(@CallOf() call: Call<'listServiceAccountTokens'>): Promise<Answer<'listServiceAccountTokens'>> {
    const { organization, params } = call;
    const userId = await this.#find(organization.id, params.serviceAccount);
    return { items: await this.tokens.list(organization.id, userId) };
  }

  @Operation('createServiceAccountToken')
  async createToken(@CallOf() call: Call<'createServiceAccountToken'>): Promise<Answer<'createServiceAccountToken'>> {
    const { principal, organization, params, body } = call;
    const { token, secret } = await this.tokens.create({
      organizationId: organization.id,
      userId: await this.#find(organization.id, params.serviceAccount),
      kind: 'api',
      name: body.name,
      scopes: scopesFor(principal, organization.id, body.scopes, 'member'),
      createdById: principal.userId,
      clusterId: null,
      expiresInSeconds: body.expiresInSeconds,
      by: null,
    });
    return { token, secret };
  }

  @Operation('revokeServiceAccountToken')
  async revokeToken(@CallOf() call: Call<'revokeServiceAccountToken'>): Promise<undefined> {
    const { organization, params } = call;
    const userId = await this.#find(organization.id, params.serviceAccount);
    if (!(await this.tokens.revoke({ organizationId: organization.id, userId, id: params.token }))) throw notFound();
  }

  async #find(organizationId: string, name: string): Promise<string> {
    const userId = await this.accounts.find(organizationId, name);
    if (userId === null) throw notFound();
    return userId;
  }
}
