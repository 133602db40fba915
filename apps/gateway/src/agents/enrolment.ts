import { createPublicKey } from 'node:crypto';
import type { Enrolled, EnrollRequest } from '@postern/contracts';
import type { ClusterChanges } from '../clusters/cluster-changes.ts';
import type { Config } from '../config.ts';
import type { Database } from '../database/database.ts';
import { Prisma } from '../generated/prisma/client.ts';
import { ApiError } from '../http/api-error.ts';
import { joinRefusal } from '../http/join-refusal.ts';
import type { JoinClaim } from '../identity/join-claims.ts';
import type { TunnelRegistry } from '../tunnels/tunnel-registry.ts';

/** What enrolment depends on. */
export interface EnrolmentDependencies {
  database: Database;
  changes: ClusterChanges;
  tunnels: Pick<TunnelRegistry, 'disconnect'>;
  config: Pick<Config, 'publicOrigin'>;
}

/** Registers an agent's key, once per join token. */
export class Enrolment {
  readonly #dependencies: EnrolmentDependencies;

  constructor(dependencies: EnrolmentDependencies) {
    this.#dependencies = dependencies;
  }

  /**
   * Registers the key and uses up the token. A previous agent of the cluster loses its key and its tunnels.
   * @throws {ApiError} 400 for a key that is not Ed25519, without using the token; 409 if another agent used it first.
   */
  async enroll(claim: JoinClaim, asked: EnrollRequest): Promise<Enrolled> {
    const { database, changes, tunnels, config } = this.#dependencies;
    const { tokenId, organizationId, clusterId } = claim;
    const publicKey = readKey(asked.publicKey);
    const now = new Date();
    const { version, instance, location } = asked;
    const enrolled = await database.transaction(organizationId, async (transaction) => {
      // This statement decides: if two agents present the same token, only one finds it unused.
      const used = await transaction.joinToken.updateMany({
        where: { id: tokenId, organizationId, usedAt: null, revokedAt: null, expiresAt: { gt: now } },
        data: { usedAt: now },
      });
      if (used.count !== 1) throw joinRefusal('used');
      const others = { organizationId, clusterId, revokedAt: null };
      const revoked = await transaction.agent.updateMany({ where: others, data: { revokedAt: now } });
      const agent = await transaction.agent.create({
        data: { organizationId, clusterId, publicKey, version, instance, location },
        select: { id: true },
      });
      const cluster = await transaction.cluster.update({
        where: { id: clusterId, organizationId, deletedAt: null },
        data: { agentDialledAt: now, keyRegisteredAt: now, problem: Prisma.DbNull },
        select: { name: true, organization: { select: { slug: true } } },
      });
      return { agentId: agent.id, cluster, hadAgent: revoked.count > 0 };
    });
    if (enrolled.hadAgent) tunnels.disconnect(clusterId, 'the cluster was enrolled again');
    changes.emit('changed', { organizationId, clusterId });
    return {
      agentId: enrolled.agentId,
      clusterId,
      clusterName: enrolled.cluster.name,
      organization: enrolled.cluster.organization.slug,
      tunnelUrls: [`${config.publicOrigin.replace(/^http/, 'ws')}/tunnel`],
    };
  }
}

/** The key in canonical form. */
function readKey(pem: string): string {
  try {
    const key = createPublicKey({ key: pem, format: 'pem' });
    if (pem.includes('PUBLIC KEY') && !pem.includes('PRIVATE') && key.asymmetricKeyType === 'ed25519')
      return key.export({ type: 'spki', format: 'pem' }).toString();
  } catch {
    // Refused below.
  }
  throw new ApiError('invalid-request', 'publicKey is not an Ed25519 public key (SPKI in PEM).', {
    fields: [{ path: 'publicKey', message: 'Not an Ed25519 public key in PEM' }],
  });
}
