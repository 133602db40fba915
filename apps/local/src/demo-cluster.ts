import { type Child, startChild, untilReady } from './child.ts';
import type { DataFolder } from './data-folder.ts';

export interface DemoCluster extends Child {
  /** Path of the kubeconfig that reaches it. */
  kubeconfig: string;
  /** How its terminals are kept from the rest of this machine (packages/emulator). */
  sandbox: 'namespaces' | 'limits' | 'off';
}

export interface DemoClusterOptions {
  /** Whether its pods have terminals. */
  shells: boolean;
  /** Arguments of Node that run it. */
  command: readonly string[];
  onLine?: ((line: string) => void) | undefined;
  /** See `ChildOptions`. */
  again?: boolean;
}

type Ready = Pick<DemoCluster, 'kubeconfig' | 'sandbox'>;

/**
 * Starts the emulated Kubernetes (packages/emulator) and waits until it serves. A terminal in one of its pods is a confined
 * shell on this machine, so it has none when others can reach Postern: they could sign up and use it.
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
