import { type Child, startChild, untilReady } from './child.ts';
import type { DataFolder } from './data-folder.ts';
import { programs } from './programs.ts';

export interface DemoCluster extends Child {
  /** Path of the kubeconfig that reaches it. */
  kubeconfig: string;
}

/** Starts the emulated Kubernetes (packages/emulator) and waits until it serves. */
export async function startDemoCluster(data: DataFolder): Promise<DemoCluster> {
  let serving = (_: string) => {};
  const ready = new Promise<string>((resolve) => {
    serving = resolve;
  });
  const child = startChild(data, {
    name: 'demo-cluster',
    args: [programs.emulator, '--dir', data.file('demo-cluster'), '--port', '0'],
    onLine: (line) => {
      if (line.startsWith('{"ready":true')) serving((JSON.parse(line) as { kubeconfig: string }).kubeconfig);
    },
  });
  return { ...child, kubeconfig: await untilReady('The demo cluster', child, ready) };
}
