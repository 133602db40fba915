import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { Tenant } from '../attacks/soak-attack.ts';
import { type AgentProcess, startAgentProcess } from '../harness/agent-process.ts';
import { end, type GatewayProcess, startGatewayProcess } from '../harness/gateway-process.ts';
import { type Person, Rest } from '../harness/rest.ts';

const emulator = resolve(import.meta.dirname, '../../packages/emulator/dist/main.js');

/** A fifth of the default, because two cores also run the database, the cluster, its agent and the attackers. */
const environment = { POSTERN_REQUESTS_PER_USER: '100' };

/** The whole product, an honest tenant with an emulated Kubernetes, and attackers with accounts. */
export interface SoakHarness {
  gateway: GatewayProcess;
  agent: AgentProcess;
  honest: { person: Person; cluster: string; kubeconfig: string; home: string };
  /** Signs up an attacker; the same name always gives the same account. */
  tenant(name: string): Promise<Tenant>;
  stop(): Promise<void>;
}

export async function startSoakHarness(): Promise<SoakHarness> {
  const gateway = await startGatewayProcess({ environment });
  const cluster = await startEmulator(join(gateway.folder, 'cluster'));
  const rest = new Rest(gateway);
  const undo: (() => Promise<void>)[] = [() => gateway.stop(), cluster.stop];
  const stop = async (): Promise<void> => {
    rest.close();
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    const person = await rest.signUp('honest');
    const agent = await startAgentProcess({
      gateway,
      rest,
      owner: person,
      name: 'prod',
      kubeconfig: cluster.kubeconfig,
    });
    undo.push(() => agent.stop());
    const path = `/api/v1/organizations/${person.slug}/clusters/prod/kubeconfig`;
    const made = await rest.ask('POST', path, { token: person.token, body: { mode: 'token' } });
    const kubeconfig = join(gateway.folder, 'honest.kubeconfig');
    await writeFile(kubeconfig, (JSON.parse(made.text) as { kubeconfig: string }).kubeconfig, { mode: 0o600 });
    const home = join(gateway.folder, 'home');
    await mkdir(home);
    const tenants = new Map<string, Promise<Tenant>>();
    return {
      gateway,
      agent,
      honest: { person, cluster: 'prod', kubeconfig, home },
      tenant: (name) => {
        const known = tenants.get(name) ?? signUpTenant(rest, name);
        tenants.set(name, known);
        return known;
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function signUpTenant(rest: Rest, name: string): Promise<Tenant> {
  const person = await rest.signUp(name);
  return { person, agent: await rest.enroll(await rest.createCluster(person, 'hostile')) };
}

async function startEmulator(folder: string): Promise<{ kubeconfig: string; stop: () => Promise<void> }> {
  await mkdir(folder, { recursive: true });
  const child = spawn(process.execPath, [emulator, '--dir', folder, '--port', '0', '--shell', 'off'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface(child.stdout);
  const [first] = (await Promise.race([
    once(lines, 'line'),
    once(child, 'exit').then(() => {
      throw new Error('the emulated cluster did not start');
    }),
  ])) as [string];
  return { kubeconfig: (JSON.parse(first) as { kubeconfig: string }).kubeconfig, stop: () => end(child) };
}
