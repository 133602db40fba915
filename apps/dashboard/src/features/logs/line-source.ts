/** A container whose lines are shown, as each of its lines names it. */
export interface LineSource {
  /** Unique: a pod that was replaced by one with the same name is another source. */
  key: string;
  namespace: string;
  pod: string;
  container: string;
  /** Short, and different from those of the other sources of the log. */
  name: string;
  /** Index of its colour. */
  colour: number;
}

/** What identifies a container, before it has a short name and a colour. */
export interface SourceIdentity {
  key: string;
  namespace: string;
  pod: string;
  container: string;
  /** The `pod-template-hash` of pods of a Deployment. */
  templateHash: string | undefined;
  /** Whether the pod has other containers in this log. */
  hasSiblings: boolean;
}

/** Number of colours. */
export const COLOURS = 12;

/** Shorter suffixes of a pod's name say too little alone: `0` of `postgres-0`. */
const SHORTEST_SUFFIX = 4;

/**
 * Names a container and chooses its colour. The colour depends on pod and container, so that it is the same tomorrow, unless
 * another source has it already.
 *
 * @param options.one whether all pods belong to one workload, so that only the end of their names differs.
 */
export function introduce(
  identity: SourceIdentity,
  others: Iterable<{ name: string; colour: number }>,
  { one }: { one: boolean },
): LineSource {
  const { key, namespace, pod, container } = identity;
  const [names, colours] = [new Set<string>(), new Set<number>()];
  for (const other of others) {
    names.add(other.name);
    colours.add(other.colour);
  }
  const candidates = namesOf(identity, one);
  const name = candidates.find((candidate) => !names.has(candidate)) ?? `${candidates.at(-1)} (${names.size + 1})`;
  let colour = hash(`${namespace}/${pod}/${container}`) % COLOURS;
  for (let tries = 0; tries < COLOURS && colours.has(colour); tries++) colour = (colour + 1) % COLOURS;
  return { key, namespace, pod, container, name, colour };
}

/** Possible names, shortest first. */
function namesOf({ namespace, pod, container, templateHash, hasSiblings }: SourceIdentity, one: boolean): string[] {
  const suffix = pod.slice(pod.lastIndexOf('-') + 1);
  const hashed = templateHash !== undefined && pod.endsWith(`-${templateHash}-${suffix}`);
  const workload = hashed ? pod.slice(0, -`-${templateHash}-${suffix}`.length) : undefined;
  const pods = [
    ...(one && suffix.length >= SHORTEST_SUFFIX ? [suffix] : []),
    ...(workload === undefined ? [] : [`${workload}-${suffix}`]),
    pod,
    `${namespace}/${pod}`,
  ];
  return pods.map((short) => (hasSiblings ? `${short}/${container}` : short));
}

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  return value >>> 0;
}
