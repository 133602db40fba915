import { EventEmitter } from 'node:events';
import type { NamedCluster } from '../leases/remove-connections.ts';

/** Tells what changes about clusters through this process: after any change of one, and after its deletion. */
export class ClusterChanges extends EventEmitter<{ changed: [NamedCluster]; deleted: [NamedCluster] }> {
  constructor() {
    super();
    // One for each reader of the process, never for each connection.
    this.setMaxListeners(0);
  }
}
