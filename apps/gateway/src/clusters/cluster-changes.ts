import { EventEmitter } from 'node:events';
import type { NamedCluster } from '../leases/remove-connections.ts';

/** Events for changes of clusters made through this process: after any change of a cluster, and after its deletion. */
export class ClusterChanges extends EventEmitter<{ changed: [NamedCluster]; deleted: [NamedCluster] }> {
  constructor() {
    super();
    // There is one listener per component, never one per connection.
    this.setMaxListeners(0);
  }
}
