import type { AuditMode, Joining } from '@postern/contracts';
import type { Config } from '../config.ts';
import { type Database, isDuplicate } from '../database/database.ts';
import { inTurn } from '../database/in-turn.ts';
import type { ClusterModel } from '../generated/prisma/models.ts';
import { ApiError, limitReached, rateLimited } from '../http/api-error.ts';
import { makeSecret } from '../identity/bearer-secret.ts';
import type { Credentials } from '../identity/credentials.ts';
import type { Limits } from '../limits/limits.ts';
import type { TunnelRegistry } from '../tunnels/tunnel-registry.ts';
import { storedAuditModes } from './audit-mode.ts';
import type { ClusterChanges } from './cluster-changes.ts';
import { joinCommands } from './join-commands.ts';
import { type RecordingPolicy, recordingModes } from './recording-policy.ts';

/** What changing clusters depends on. */
export interface ClustersDependencies {
  database: Database;
  changes: ClusterChanges;
  tunnels: Pick<TunnelRegistry, 'disconnect'>;
  credentials: Credentials;
  limits: Limits;
  config: Config;
}

/** Changes that people make to clusters. `AgentPresence` handles those that agents make. */
export class Clusters {
  readonly #dependencies: ClustersDependencies;

  constructor(dependencies: ClustersDependencies) {
    this.#dependencies = dependencies;
  }

  /** The organization's cluster with this name; null if there is none. */
  find(organizationId: string, name: string): Promise<ClusterModel | null> {
    return this.#dependencies.database.scoped.cluster.findFirst({ where: { organizationId, name, deletedAt: null } });
  }

  /** @throws {ApiError} `conflict`: the organization already has a cluster with this name; `limit-reached`. */
  async create(
    organizationId: string,
    { name, labels = {}, demo = false }: { name: string; labels?: Record<string, string>; demo?: boolean },
  ): Promise<{ id: string; joining: Joining }> {
    const { id } = await this.#dependencies.database
      .transaction(organizationId, async (transaction) => {
        await inTurn(transaction, `clusters ${organizationId}`);
        const count = await transaction.cluster.count({ where: { organizationId, deletedAt: null } });
        if (!this.#dependencies.limits.allows('clustersPerOrganization', count))
          throw limitReached(`The organization has ${count} clusters. Remove one that is no longer used.`);
        return transaction.cluster.create({ data: { organizationId, name, labels, demo }, select: { id: true } });
      })
      .catch((error: unknown) => {
        if (!isDuplicate(error)) throw error;
        throw new ApiError('conflict', `A cluster named ${name} already exists. Choose another name.`, {
          fields: [{ path: 'name', message: 'This name is taken' }],
        });
      });
    return { id, joining: await this.createJoinToken(organizationId, id) };
  }

  /** Changes what is given. A policy applies to sessions that begin afterwards. */
  async update(
    { id, organizationId }: ClusterModel,
    { labels, recording }: { labels?: Record<string, string> | undefined; recording?: RecordingPolicy | undefined },
  ): Promise<void> {
    const data = {
      ...(labels === undefined ? {} : { labels }),
      ...(recording === undefined ? {} : { recording: recordingModes[recording.mode], recordInput: recording.input }),
    };
    await this.#dependencies.database.scoped.cluster.updateMany({ where: { id, organizationId }, data });
    this.#dependencies.changes.emit('changed', { organizationId, clusterId: id });
  }

  /** Creates a join token; earlier unused ones stop working. @throws {ApiError} `rate-limited`. */
  async createJoinToken(organizationId: string, clusterId: string): Promise<Joining> {
    const seconds = this.#dependencies.limits.take('joinTokensPerCluster', clusterId);
    if (seconds > 0) throw rateLimited(seconds, 'Too many join tokens were created for this cluster.');
    const { hash, text } = makeSecret();
    const now = new Date();
    const expiresAt = new Date(now.getTime() + this.#dependencies.config.joinTokenMs);
    const id = await this.#dependencies.database.transaction(organizationId, async (transaction) => {
      await transaction.joinToken.updateMany({
        where: { organizationId, clusterId, usedAt: null, revokedAt: null },
        data: { revokedAt: now },
      });
      await transaction.cluster.updateMany({ where: { id: clusterId, organizationId }, data: { tokenMadeAt: now } });
      const data = { organizationId, clusterId, secretHash: hash, expiresAt };
      return (await transaction.joinToken.create({ data, select: { id: true } })).id;
    });
    this.#dependencies.changes.emit('changed', { organizationId, clusterId });
    const joinToken = text('postern_join', id);
    const commands = joinCommands({ clusterId, joinToken }, this.#dependencies.config);
    return { joinToken, expiresAt: expiresAt.toISOString(), ...commands };
  }

  /** What happens to requests to the cluster while nothing can be recorded. Takes effect at once on this gateway. */
  async setAuditMode({ id: clusterId, organizationId }: ClusterModel, mode: AuditMode): Promise<void> {
    const data = { auditMode: storedAuditModes[mode] };
    await this.#dependencies.database.scoped.cluster.updateMany({ where: { id: clusterId, organizationId }, data });
    this.#dependencies.changes.emit('changed', { organizationId, clusterId });
  }

  /** Deletes a cluster with its agent, join tokens and kubeconfigs. The agent is disconnected at once. */
  async delete({ id: clusterId, organizationId }: ClusterModel): Promise<void> {
    const now = new Date();
    const where = { organizationId, clusterId, revokedAt: null };
    const data = { revokedAt: now };
    const kubeconfigs = await this.#dependencies.database.transaction(organizationId, async (transaction) => {
      await transaction.agent.updateMany({ where, data });
      await transaction.joinToken.updateMany({ where, data });
      await transaction.cluster.updateMany({ where: { id: clusterId, organizationId }, data: { deletedAt: now } });
      return transaction.apiToken.updateManyAndReturn({ where, data, select: { userId: true } });
    });
    for (const userId of new Set(kubeconfigs.map((token) => token.userId)))
      this.#dependencies.credentials.revoked(userId);
    this.#dependencies.changes.emit('deleted', { organizationId, clusterId });
    this.#dependencies.tunnels.disconnect(clusterId, 'the cluster was deleted');
  }
}
