import { join } from 'node:path';
import { execute, repository } from './process.ts';

/** The image that the install manifest names; the machine has no registry, so it is put into the node's own store. */
export const agentImage = process.env['POSTERN_AGENT_IMAGE'] ?? 'localhost/postern-agent:0.1.0';

/** Lays out the agent image's files by the script that its Dockerfile uses, and imports them into the cluster. */
export async function buildAgentImage(folder: string): Promise<void> {
  const layout = join(folder, 'agent-image');
  const node = join(repository, 'node_modules/.bin/node');
  await execute(node, [join(repository, 'scripts/bundle-agent.mjs'), join(folder, 'agent.mjs')]);
  await execute(join(repository, 'infra/images/layout-agent.sh'), [join(folder, 'agent.mjs'), layout]);
  await execute(join(repository, 'e2e/cluster/testcluster'), [
    'image',
    agentImage,
    layout,
    '/usr/local/bin/node',
    '/app/agent.mjs',
  ]);
}
