import { type Child, startChild, untilReady } from './child.ts';
import type { DataFolder } from './data-folder.ts';

export interface DemoCluster extends Child {
  /** Path of its kubeconfig. */
  kubeconfig: string;
  /** How its terminals are isolated from the rest of this machine (packages/emulator). */
  sandbox: 'namespaces' | 'limits' | 'off';
}

export interface DemoClusterOptions {
  /** Whether its pods have terminals. */
  shells: boolean;
  /** Node's arguments to run it. */
  command: readonly string[];
  onLine?: ((line: string) => void) | undefined;
  /** See `ChildOptions`. */
  again?: boolean;
}

type Ready = Pick<DemoCluster, 'kubeconfig' | 'sandbox'>;

/**
 * Starts the emulated Kubernetes (packages/emulator) and waits until it is ready. A terminal in one of its pods is a sandboxed
 * shell on this machine, so there are none if others can reach Postern, sign up and use them.
 */
export async function startDemoCluster(
  data: DataFolder,
  { shells, command, onLine, again = false }: DemoClusterOptions,
): Promise<DemoCluster> {
  let serving = (_: Ready) => {};
  const ready = new Promise<Ready>((resolve) => {
    serving = resolve;
  });
  const child = startChild(data, {
    name: 'demo-cluster',
    again,
    args: [...command, '--dir', data.file('demo-cluster'), '--port', '0', '--shell', shells ? 'real' : 'off'],
    onLine: (line) => {
      onLine?.(line);
      if (line.startsWith('{"ready":true')) serving(JSON.parse(line) as Ready);
    },
  });
  const { kubeconfig, sandbox } = await untilReady('The demo cluster', child, ready);
  return { ...child, kubeconfig, sandbox };
}
