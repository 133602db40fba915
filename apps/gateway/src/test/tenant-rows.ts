import type { Database } from '../database/database.ts';

/** An organization, named after its slug, with a cluster `prod`, that cluster's agent, and a person. */
export interface TenantRows {
  organizationId: string;
  clusterId: string;
  agentId: string;
  userId: string;
}

/** Makes the rows of a tenant. @param slug not taken yet. */
export async function makeTenant({ scoped }: Database, slug: string): Promise<TenantRows> {
  const { id: organizationId } = await scoped.organization.create({ data: { name: slug, slug } });
  const { id: clusterId } = await scoped.cluster.create({ data: { organizationId, name: 'prod' } });
  const agent = { organizationId, clusterId, publicKey: 'PEM', version: '1', instance: 'i', location: 'outside' };
  const { id: agentId } = await scoped.agent.create({ data: agent });
  const { id: userId } = await scoped.user.create({ data: { email: `${slug}@example.com`, passwordHash: 'x' } });
  return { organizationId, clusterId, agentId, userId };
}
