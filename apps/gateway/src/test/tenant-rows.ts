import type { Database } from '../database/database.ts';

/** Ids of an organization (named like its slug), its cluster `prod` with an agent, and a user. */
export interface TenantRows {
  organizationId: string;
  clusterId: string;
  agentId: string;
  userId: string;
}

/** Creates the rows of a tenant. @param slug must not be taken. */
export async function makeTenant({ scoped, acrossOrganizations }: Database, slug: string): Promise<TenantRows> {
  const { id: organizationId } = await acrossOrganizations.organization.create({ data: { name: slug, slug } });
  const { id: clusterId } = await scoped.cluster.create({ data: { organizationId, name: 'prod' } });
  const agent = { organizationId, clusterId, publicKey: 'PEM', version: '1', instance: 'i', location: 'outside' };
  const { id: agentId } = await scoped.agent.create({ data: agent });
  const { id: userId } = await acrossOrganizations.user.create({
    data: { email: `${slug}@example.com`, passwordHash: 'x' },
  });
  return { organizationId, clusterId, agentId, userId };
}
