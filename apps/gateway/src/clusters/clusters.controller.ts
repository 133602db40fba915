import { Controller, Inject } from '@nestjs/common';
import type { Cluster } from '@postern/contracts';
import type { ClusterModel } from '../generated/prisma/models.ts';
import { notFound } from '../http/api-error.ts';
import { type Answer, type Call, CallOf, type CallOrganization } from '../http/call.ts';
import { Operation } from '../http/operation.ts';
import { Limits } from '../limits/limits.ts';
import { ClusterList } from './cluster-list.ts';
import { ClusterPoll, clustersOfOneRequest } from './cluster-poll.ts';
import { Clusters } from './clusters.ts';
import { Kubeconfigs } from './kubeconfigs.ts';

@Controller()
export class ClustersController {
  @Inject(Clusters) private readonly clusters!: Clusters;
  @Inject(ClusterList) private readonly shown!: ClusterList;
  @Inject(ClusterPoll) private readonly poll!: ClusterPoll;
  @Inject(Limits) private readonly limits!: Limits;
  @Inject(Kubeconfigs) private readonly kubeconfigs!: Kubeconfigs;

  @Operation('listClusters')
  async list(@CallOf() { principal, organization }: Call<'listClusters'>): Promise<Answer<'listClusters'>> {
    const items = await this.shown.list(organization.id);
    this.limits.charge('requestsPerUser', principal.userId, items.length / clustersOfOneRequest);
    return { items };
  }

  @Operation('watchClusters')
  async watch(@CallOf() call: Call<'watchClusters'>): Promise<Answer<'watchClusters'>> {
    const { principal, organization, query, reply } = call;
    const gone = new AbortController();
    reply.raw.once('close', () => gone.abort());
    return this.poll.next({ principal, organizationId: organization.id, since: query.since, gone: gone.signal });
  }

  @Operation('createCluster')
  async create(@CallOf() { organization, body }: Call<'createCluster'>): Promise<Answer<'createCluster'>> {
    const { id, joining } = await this.clusters.create(organization.id, body);
    return { cluster: await this.#show(organization, id), joining };
  }

  @Operation('getCluster')
  async get(@CallOf() { organization, params }: Call<'getCluster'>): Promise<Answer<'getCluster'>> {
    const { id } = await this.#find(organization, params.cluster);
    return this.#show(organization, id);
  }

  @Operation('updateCluster')
  async update(@CallOf() { organization, params, body }: Call<'updateCluster'>): Promise<Answer<'updateCluster'>> {
    const cluster = await this.#find(organization, params.cluster);
    await this.clusters.update(cluster, body);
    return this.#show(organization, cluster.id);
  }

  @Operation('updateClusterAudit')
  async updateAudit(
    @CallOf() { organization, params, body }: Call<'updateClusterAudit'>,
  ): Promise<Answer<'updateClusterAudit'>> {
    await this.clusters.setAuditMode(await this.#find(organization, params.cluster), body.mode);
    return body;
  }

  @Operation('deleteCluster')
  async delete(@CallOf() { organization, params }: Call<'deleteCluster'>): Promise<undefined> {
    await this.clusters.delete(await this.#find(organization, params.cluster));
  }

  @Operation('createJoinToken')
  async createJoinToken(
    @CallOf() { organization, params }: Call<'createJoinToken'>,
  ): Promise<Answer<'createJoinToken'>> {
    const { id } = await this.#find(organization, params.cluster);
    return this.clusters.createJoinToken(organization.id, id);
  }

  @Operation('createKubeconfig')
  async createKubeconfig(
    @CallOf() { principal, organization, params, body }: Call<'createKubeconfig'>,
  ): Promise<Answer<'createKubeconfig'>> {
    const cluster = await this.#find(organization, params.cluster);
    return this.kubeconfigs.create({ principal, organization, cluster }, body);
  }

  @Operation('createClusterCredential')
  async createCredential(
    @CallOf() { principal, organization, params }: Call<'createClusterCredential'>,
  ): Promise<Answer<'createClusterCredential'>> {
    const cluster = await this.#find(organization, params.cluster);
    return this.kubeconfigs.credential({ principal, organization, cluster });
  }

  async #find(organization: CallOrganization, name: string): Promise<ClusterModel> {
    const cluster = await this.clusters.find(organization.id, name);
    if (cluster === null) throw notFound();
    return cluster;
  }

  async #show(organization: CallOrganization, id: string): Promise<Cluster> {
    const cluster = await this.shown.get(organization.id, id);
    if (cluster === null) throw notFound();
    return cluster;
  }
}
