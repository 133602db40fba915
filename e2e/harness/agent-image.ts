import { join } from 'node:path';
import { execute, repository } from './process.ts';

/** The image that the install manifest names. There is no registry, so it is imported into the node's image store. */
export const agentImage = process.env['POSTERN_AGENT_IMAGE'] ?? 'localhost/postern-agent:0.1.0';

/** An image with only Node.js, for pods that the tests use. */
export const nodeImage = 'localhost/postern-node:1';

const layoutScript = join(repository, 'infra/images/layout.sh');
const testcluster = join(repository, 'e2e/cluster/testcluster');
const node = join(repository, 'node_modules/.bin/node');

/** Builds the agent image with the script that its Dockerfile uses, and imports it into the cluster. */
export async function buildAgentImage(folder: string): Promise<void> {
  const program = join(folder, 'agent.mjs');
  const layout = join(folder, 'agent-image');
  await execute(node, [join(repository, 'scripts/bundle-agent.mjs'), program]);
  await execute(layoutScript, [layout, program]);
  await execute(testcluster, ['image', agentImage, layout, '/usr/local/bin/node', '/app/main.mjs']);
}

export async function buildNodeImage(folder: string): Promise<void> {
  const layout = join(folder, 'node-image');
  await execute(layoutScript, [layout]);
  await execute(testcluster, ['image', nodeImage, layout, '/usr/local/bin/node']);
}
