import { Controller, Inject } from '@nestjs/common';
import { notFound } from '../http/api-error.ts';
import { type Answer, type Call, CallOf } from '../http/call.ts';
import { Operation } from '../http/operation.ts';
import { ApiTokens } from './api-tokens.ts';
import { scopesFor } from './scopes.ts';

@Controller()
export class TokensController {
  @Inject(ApiTokens) private readonly tokens!: ApiTokens;

  @Operation('listTokens')
  async list(@CallOf() { principal, organization }: Call<'listTokens'>): Promise<Answer<'listTokens'>> {
    return { items: await this.tokens.list(organization.id, principal.userId) };
  }

  @Operation('createToken')
  async create(@CallOf() { principal, organization, body }: Call<'createToken'>): Promise<Answer<'createToken'>> {
    const { token, secret } = await this.tokens.create({
      organizationId: organization.id,
      userId: principal.userId,
      kind: 'api',
      name: body.name,
      scopes: scopesFor(principal, organization.id, body.scopes),
      clusterId: null,
      expiresInSeconds: body.expiresInSeconds,
      by: principal.credential,
    });
    return { token, secret };
  }

  @Operation('revokeToken')
  async revoke(@CallOf() { principal, organization, params }: Call<'revokeToken'>): Promise<undefined> {
    const token = { organizationId: organization.id, userId: principal.userId, id: params.token };
    if (!(await this.tokens.revoke(token))) throw notFound();
  }
}
