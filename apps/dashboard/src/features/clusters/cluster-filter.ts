import type { Cluster } from '@postern/contracts';

/**
 * Whether a cluster matches every word of the filter: `team=payments` a label with that value, `team=` a label with that key,
 * `status:offline` a status, anything else a part of the name. Names are compared without regard to case.
 */
export function fitsFilter(cluster: Pick<Cluster, 'name' | 'labels' | 'status'>, filter: string): boolean {
  return filter
    .split(/\s+/)
    .filter((word) => word !== '')
    .every((word) => fitsWord(cluster, word));
}

function fitsWord(cluster: Pick<Cluster, 'name' | 'labels' | 'status'>, word: string): boolean {
  const label = /^([^=]+)=(.*)$/.exec(word);
  if (label !== null) {
    const [, key = '', value = ''] = label;
    const actual = Object.hasOwn(cluster.labels, key) ? cluster.labels[key] : undefined;
    return actual !== undefined && (value === '' || actual === value);
  }
  if (word.startsWith('status:')) return cluster.status.startsWith(word.slice('status:'.length).toLowerCase());
  return cluster.name.includes(word.toLowerCase());
}

/** The filter with a word added, or removed if it is already there. */
export function toggleWord(filter: string, word: string): string {
  const words = filter.split(/\s+/).filter((other) => other !== '');
  return (words.includes(word) ? words.filter((other) => other !== word) : [...words, word]).join(' ');
}
