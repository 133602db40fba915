import { LRUCache } from 'lru-cache';

/**
 * Keeps the `most` most recently used entries. Its memory grows with its content: with the option `max`, lru-cache allocates
 * memory for all entries at once, which took 12 MiB in an idle gateway.
 */
export function boundedCache<K extends string, V extends object | number | true>(
  most: number,
  options: { ttl?: number; dispose?: LRUCache.Disposer<K, V> } = {},
): LRUCache<K, V> {
  return new LRUCache({ maxSize: most, sizeCalculation: () => 1, ...options });
}
