import { readdir } from 'node:fs/promises';
import { collectDefaultMetrics, Gauge, type Registry } from 'prom-client';

/** Metrics for which prom-client lists or groups every open connection. With 5,000 of them, these blocked a scrape for some 40 ms. */
const costly = [
  'nodejs_active_handles',
  'nodejs_active_resources',
  'nodejs_active_resources_total',
  'process_open_fds',
];

/** Heap, CPU, garbage collection, event-loop lag and open files. */
export function collectProcessMetrics(registry: Registry): void {
  collectDefaultMetrics({ register: registry });
  for (const name of costly) registry.removeSingleMetric(name);
  new Gauge({
    name: 'process_open_fds',
    help: 'Open file descriptors.',
    registers: [registry],
    async collect() {
      // Read in a thread of its own, unlike in prom-client. Only Linux has this folder.
      const open = await readdir('/proc/self/fd').catch(() => []);
      this.set(open.length);
    },
  });
}
