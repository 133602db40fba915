import { LRUCache } from 'lru-cache';

/**
 * Keeps the `most` entries that were used last. It grows with what it holds: with the option `max` lru-cache takes the memory for
 * all of them at once, which came to 12 MiB in an idle gateway.
 */
export function boundedCache<K extends string, V extends object | number | true>(
  most: number,
  options: { ttl?: number; dispose?: LRUCache.Disposer<K, V> } = {},
): LRUCache<K, V> {
  return new LRUCache({ maxSize: most, sizeCalculation: () => 1, ...options });
}
