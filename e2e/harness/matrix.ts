import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { inject } from 'vitest';
import { type Client, findKubectls, type Transport, transports } from './client.ts';

/** Every kubectl with each of its transports, and the title under which docs/compatibility.md lists it. */
export function clients(use: 'remote' | 'port-forward'): { title: string; client: Client }[] {
  return findKubectls().flatMap((kubectl) =>
    transports(kubectl, use).map((transport) => ({
      title: titleOf(kubectl.minor, transport),
      client: client(kubectl.minor, transport),
    })),
  );
}

/** Every kubectl once, for what does not depend on the transport. */
export function plainClients(): { title: string; client: Client }[] {
  return findKubectls().map(({ minor }) => ({ title: `kubectl 1.${minor}`, client: client(minor, 'WebSocket') }));
}

/** The newest kubectl with its newest transport. */
export function newestClient(): Client {
  const newest = findKubectls().at(-1);
  if (!newest) throw new Error('no kubectl found');
  return client(newest.minor, transports(newest, 'remote').at(-1) ?? 'SPDY');
}

/** The same kubectl, but directly to the apiserver as its administrator. */
export function asAdmin(one: Client): Client {
  return { ...one, kubeconfig: inject('harness').adminKubeconfig };
}

function titleOf(minor: number, transport: Transport): string {
  return `kubectl 1.${minor} ${transport}`;
}

function client(minor: number, transport: Transport): Client {
  const kubectl = findKubectls().find((candidate) => candidate.minor === minor);
  if (!kubectl) throw new Error(`no kubectl 1.${minor}`);
  const { folder, kubeconfig } = inject('harness');
  const home = join(folder, 'kubectl-home');
  mkdirSync(home, { recursive: true });
  return { kubectl, transport, kubeconfig, home };
}
