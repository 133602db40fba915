import { renderKubeconfig } from '@postern/kube';
import { makeCertificate } from './certificates.ts';
import { listen } from './server.ts';
import { ProcessPlaces } from './streams/process-places.ts';
import { detectSandbox, Sandbox, type SandboxKind } from './streams/sandbox.ts';
import { Worlds } from './world.ts';

export interface EmulatorOptions {
  /** Port on 127.0.0.1; 0 (the default) for any free one. */
  port?: number;
  /**
   * `real` (the default): exec and attach start real processes on this machine. `off`: they are refused.
   */
  shell?: 'real' | 'off';
  /** Absolute paths of folders to hide from the processes of pods, in addition to personal ones. */
  hidden?: string[];
}

/** How to reach one world. */
interface WorldAccess {
  /** A kubeconfig of an administrator: anyone who has it can run a shell on this machine. */
  kubeconfig: string;
  /** The administrator's token, which opens this world only. */
  token: string;
}

/** A server of worlds: demo clusters that have nothing in common but an address. */
export interface WorldServer {
  /** `https://127.0.0.1:…`. */
  url: string;
  caPem: string;
  /** How processes of pods are isolated from the rest of this machine; `off`: there are none. */
  sandbox: SandboxKind | 'off';
  /** The world with this name; a fresh one if there is none. */
  world(name: string): WorldAccess;
  /** Ends a world for good, with its connections, streams and processes, and removes its pods' files. */
  endWorld(name: string): void;
  /** Ends all worlds and connections. */
  close(): Promise<void>;
}

/** A server with one world. */
export interface Emulator extends WorldServer, WorldAccess {}

/**
 * Starts a small Kubernetes API without any world yet. It listens on loopback only, with a certificate created for this run.
 * @throws if the port is not available.
 */
export async function startWorlds(options: EmulatorOptions = {}): Promise<WorldServer> {
  const { port = 0, shell = 'real', hidden = [] } = options;
  const certificate = await makeCertificate(Date.now());
  const shells = shell === 'real';
  const sandbox = shells ? await detectSandbox(hidden) : new Sandbox('limits', undefined);
  const worlds = new Worlds({ shells, sandbox, places: new ProcessPlaces() });
  const listener = await listen(worlds, { certificate, port });
  const url = `https://127.0.0.1:${listener.port}`;
  const { caPem } = certificate;
  return {
    url,
    caPem,
    sandbox: shells ? sandbox.kind : 'off',
    world: (name) => {
      const { token } = worlds.named(name);
      return { token, kubeconfig: renderKubeconfig({ server: url, caPem, contextName: 'demo', user: { token } }) };
    },
    endWorld: (name) => worlds.end(name),
    close: async () => {
      worlds.endAll();
      await listener.close();
    },
  };
}

/** Starts a server with one world. @throws if the port is not available. */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const server = await startWorlds(options);
  return { ...server, ...server.world('demo') };
}
