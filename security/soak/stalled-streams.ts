import type { Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { until } from '@postern/testkit';
import { startAgentProcess } from '../harness/agent-process.ts';
import { connectTo } from '../harness/connection.ts';
import { type EndlessApiserver, startEndlessApiserver } from '../harness/endless-apiserver.ts';
import { type GatewayProcess, startGatewayProcess } from '../harness/gateway-process.ts';
import { residentBytes } from '../harness/memory.ts';
import { type Person, Rest } from '../harness/rest.ts';

/** Memory limit of the agent's container (`packages/kube/src/agent-manifest.ts`). */
const agentLimit = 256 * 2 ** 20;
/** An idle gateway uses some 130 MiB. */
const gatewayLimit = 256 * 2 ** 20;
const settleMs = 10_000;

export interface StalledStreams {
  downloads: number;
  uploads: number;
  /** Peak resident memory of each process, in bytes. */
  gatewayPeak: number;
  agentPeak: number;
  gatewayLimit: number;
  agentLimit: number;
  /** Whether an honest request was answered meanwhile. */
  isServing: boolean;
}

/**
 * Opens downloads that nobody reads and uploads that the apiserver does not read, each on its own connection through a real
 * gateway and a real agent, and measures memory when no more bytes move.
 */
export async function measureStalledStreams(streams: { downloads: number; uploads: number }): Promise<StalledStreams> {
  const gateway = await startGatewayProcess();
  const apiserver = await startEndlessApiserver(gateway.folder);
  const rest = new Rest(gateway);
  const sockets: Socket[] = [];
  try {
    const owner = await rest.signUp('stalled');
    const agent = await startAgentProcess({ gateway, rest, owner, name: 'endless', kubeconfig: apiserver.kubeconfig });
    try {
      for (let index = 0; index < streams.downloads; index++) sockets.push(await stall(gateway, owner, 'GET'));
      for (let index = 0; index < streams.uploads; index++) sockets.push(await stall(gateway, owner, 'POST'));
      await allArrived(apiserver, streams.downloads + streams.uploads);
      await setTimeout(settleMs);
      const reply = await rest.ask('GET', '/api/v1/auth/me', { token: owner.token });
      const [gatewayMemory, agentMemory] = await Promise.all([residentBytes(gateway.pid), residentBytes(agent.pid)]);
      return {
        downloads: apiserver.downloads,
        uploads: apiserver.uploads,
        gatewayPeak: gatewayMemory.peak,
        agentPeak: agentMemory.peak,
        gatewayLimit,
        agentLimit,
        isServing: reply.status === 200 && gateway.isRunning() && agent.isRunning(),
      };
    } finally {
      for (const socket of sockets) socket.destroy();
      await agent.stop();
    }
  } finally {
    rest.close();
    await apiserver.close();
    await gateway.stop();
  }
}

/** For GET the response is never read; for POST the body is written as fast as the gateway accepts it. */
async function stall(gateway: GatewayProcess, owner: Person, method: 'GET' | 'POST'): Promise<Socket> {
  const socket = await connectTo(gateway, 'http/1.1');
  const path = `/k8s/${owner.slug}/endless/api/v1/namespaces/a/configmaps/endless`;
  const head = `${method} ${path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${owner.token}\r\n`;
  if (method === 'GET') {
    socket.pause();
    socket.write(`${head}\r\n`);
    return socket;
  }
  const chunk = Buffer.concat([Buffer.from('4000\r\n'), Buffer.alloc(0x4000, 'x'), Buffer.from('\r\n')]);
  const fill = (): void => {
    while (!socket.destroyed && socket.write(chunk));
  };
  socket.resume().on('drain', fill);
  socket.write(`${head}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n`);
  fill();
  return socket;
}

/** Waits up to 30 s for every stream to reach the apiserver; those refused by a limit never do. */
async function allArrived(apiserver: EndlessApiserver, wanted: number): Promise<void> {
  await until(() => apiserver.downloads + apiserver.uploads >= wanted, { timeoutMs: 30_000 }).catch(() => {});
}
