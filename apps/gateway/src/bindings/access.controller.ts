import { Controller, Inject } from '@nestjs/common';
import type { Permission } from '@postern/contracts';
import { Clusters } from '../clusters/clusters.ts';
import { notFound } from '../http/api-error.ts';
import { type Answer, type Call, CallOf } from '../http/call.ts';
import { Operation } from '../http/operation.ts';
import { type Principal, permits } from '../identity/principal.ts';
import { AccessRequests } from './access-requests.ts';
import { Bindings } from './bindings.ts';
import { ClusterAccessList } from './cluster-access-list.ts';

@Controller()
export class AccessController {
  @Inject(Bindings) private readonly bindings!: Bindings;
  @Inject(ClusterAccessList) private readonly shown!: ClusterAccessList;
  @Inject(AccessRequests) private readonly requests!: AccessRequests;
  @Inject(Clusters) private readonly clusters!: Clusters;

  @Operation('listAccess')
  async list(@CallOf() { principal, organization, query }: Call<'listAccess'>): Promise<Answer<'listAccess'>> {
    const of = ownUnless(principal, organization.id, 'access:read-all');
    return { items: await this.bindings.list({ organizationId: organization.id, of }, query) };
  }

  @Operation('grantAccess')
  grant(@CallOf() { principal, organization, body }: Call<'grantAccess'>): Promise<Answer<'grantAccess'>> {
    return this.bindings.grant({ organizationId: organization.id, userId: principal.userId }, body);
  }

  @Operation('revokeAccess')
  async revoke(@CallOf() { principal, organization, params }: Call<'revokeAccess'>): Promise<undefined> {
    const binding = { organizationId: organization.id, id: params.binding, by: principal.userId };
    if (!(await this.bindings.revoke(binding))) throw notFound();
  }

  @Operation('listClusterAccess')
  async listOfCluster(@CallOf() call: Call<'listClusterAccess'>): Promise<Answer<'listClusterAccess'>> {
    const { principal, organization, params, query } = call;
    const cluster = await this.clusters.find(organization.id, params.cluster);
    if (cluster === null) throw notFound();
    const of = query.mine ? principal.userId : ownUnless(principal, organization.id, 'access:read-all');
    return { items: await this.shown.list(cluster, of) };
  }

  @Operation('requestAccess')
  request(@CallOf() { principal, organization, body }: Call<'requestAccess'>): Promise<Answer<'requestAccess'>> {
    return this.requests.add({ organizationId: organization.id, userId: principal.userId }, body);
  }

  @Operation('listAccessRequests')
  async listRequests(@CallOf() call: Call<'listAccessRequests'>): Promise<Answer<'listAccessRequests'>> {
    const { principal, organization, query } = call;
    const of = query.mine ? principal.userId : ownUnless(principal, organization.id, 'access:approve');
    return { items: await this.requests.list({ organizationId: organization.id, of }, query) };
  }

  @Operation('approveAccessRequest')
  approve(@CallOf() call: Call<'approveAccessRequest'>): Promise<Answer<'approveAccessRequest'>> {
    const { principal, organization, params, body } = call;
    return this.requests.approve({ organizationId: organization.id, userId: principal.userId }, params.request, body);
  }

  @Operation('denyAccessRequest')
  deny(@CallOf() call: Call<'denyAccessRequest'>): Promise<Answer<'denyAccessRequest'>> {
    const { principal, organization, params, body } = call;
    return this.requests.deny({ organizationId: organization.id, userId: principal.userId }, params.request, body.note);
  }

  @Operation('cancelAccessRequest')
  cancel(@CallOf() call: Call<'cancelAccessRequest'>): Promise<Answer<'cancelAccessRequest'>> {
    const { principal, organization, params } = call;
    return this.requests.cancel({ organizationId: organization.id, userId: principal.userId }, params.request);
  }
}

/** The account to which a list is limited: the caller's own, unless they may see everybody's. */
function ownUnless(principal: Principal, organizationId: string, permission: Permission): string | undefined {
  return permits(principal, organizationId, permission) ? undefined : principal.userId;
}
