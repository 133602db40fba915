/** Values of one measurement, in the order they were taken. */
export type Samples = number[];

export function percentile(samples: Samples, share: number): number {
  const sorted = [...samples].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

export function median(samples: Samples): number {
  return percentile(samples, 0.5);
}

export interface Pair {
  direct: Samples;
  gateway: Samples;
}

/**
 * Measures both alternately (A B, B A, …), so that other load on the machine affects both. The first `warmup` rounds are not
 * counted.
 */
export async function interleave(
  rounds: number,
  measure: { direct: () => Promise<number>; gateway: () => Promise<number> },
  warmup = 1,
): Promise<Pair> {
  const pair: Pair = { direct: [], gateway: [] };
  for (let round = -warmup; round < rounds; round++) {
    const order = round % 2 === 0 ? (['direct', 'gateway'] as const) : (['gateway', 'direct'] as const);
    for (const way of order) {
      const measured = await measure[way]();
      if (round >= 0) pair[way].push(measured);
    }
  }
  return pair;
}

/** How long `work` takes, in milliseconds. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}
