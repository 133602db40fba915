/** Memory for the agent of one demo cluster and its world, in bytes: what an agent takes when it is busy, rounded up. */
const EACH = 112 * 1024 ** 2;
const FEWEST = 8;
const MOST = 128;

/**
 * How many demo clusters this machine connects at once: as many as fit into half of its memory, because each has an agent, which
 * is a process. 73 with 16 GiB.
 * @param memory of the machine, in bytes.
 */
export function mostDemos(memory: number): number {
  return Math.min(MOST, Math.max(FEWEST, Math.floor(memory / 2 / EACH)));
}
