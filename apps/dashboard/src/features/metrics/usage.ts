import { parseQuantity } from '#components/format/quantity.ts';
import { list, record, text } from '#features/kube/read.ts';

/** What something uses, asks for or may use. */
export interface Usage {
  /** In cores. */
  cpu: number;
  /** In bytes. */
  memory: number;
}

/** One measurement of a pod or node by metrics-server. */
export interface Measurement {
  /** `namespace/name`; nodes have no namespace: `/name`. */
  key: string;
  /** Milliseconds since 1970. */
  at: number;
  usage: Usage;
  /** The containers of a pod by name; empty for a node. */
  containers: ReadonlyMap<string, Usage>;
}

export const usageKey = (namespace: string, name: string): string => `${namespace}/${name}`;

/** A map with CPU and memory as quantities (`usage`, `requests`, `limits`, `allocatable`); undefined where one is missing. */
export function readAmounts(value: unknown): Partial<Usage> {
  const read = (name: string) => {
    const amount = parseQuantity(text(value, name) ?? '');
    return Number.isFinite(amount) && amount >= 0 ? amount : undefined;
  };
  const [cpu, memory] = [read('cpu'), read('memory')];
  return { ...(cpu !== undefined && { cpu }), ...(memory !== undefined && { memory }) };
}

const ZERO: Usage = { cpu: 0, memory: 0 };
const plus = (a: Usage, b: Partial<Usage>): Usage => ({
  cpu: a.cpu + (b.cpu ?? 0),
  memory: a.memory + (b.memory ?? 0),
});

/** Parses a PodMetrics or NodeMetrics object of metrics.k8s.io/v1beta1; undefined if it measures nothing. `now`: for objects without a time. */
export function readMeasurement(object: unknown, now: number): Measurement | undefined {
  const name = text(object, 'metadata', 'name');
  if (name === undefined) return undefined;
  const containers = new Map<string, Usage>();
  for (const container of list(object, 'containers')) {
    const usage = readAmounts(record(container, 'usage'));
    if (Object.keys(usage).length > 0) containers.set(text(container, 'name') ?? '', plus(ZERO, usage));
  }
  const own = readAmounts(record(object, 'usage'));
  if (containers.size === 0 && Object.keys(own).length === 0) return undefined;
  const measured = Date.parse(text(object, 'timestamp') ?? '');
  return {
    key: usageKey(text(object, 'metadata', 'namespace') ?? '', name),
    at: Number.isNaN(measured) ? now : measured,
    usage: [...containers.values()].reduce(plus, plus(ZERO, own)),
    containers,
  };
}
