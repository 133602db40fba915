import type { DemoCluster } from './demo-cluster.ts';
import type { Upstream, UpstreamSource } from './upstream.ts';

/** The demo clusters of all organizations: one world each in the emulator that is running now. */
export class DemoWorlds implements UpstreamSource {
  readonly most: number;
  #emulator: DemoCluster;

  constructor(emulator: DemoCluster, most: number) {
    this.#emulator = emulator;
    this.most = most;
  }

  /** Call when the emulator was started again; its worlds are fresh, and their kubeconfigs new. */
  moveTo(emulator: DemoCluster): void {
    this.#emulator = emulator;
  }

  async of(clusterId: string): Promise<Upstream> {
    return { kubeconfig: await this.#emulator.world(clusterId) };
  }

  forget(clusterId: string): void {
    this.#emulator.endWorld(clusterId);
  }
}
