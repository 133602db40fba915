/** The fields of Kubernetes objects that the overview reads. Any may be missing, because the server is not trusted. */
interface ObjectMeta {
  name: string;
  namespace?: string;
  uid?: string;
  creationTimestamp?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  ownerReferences?: { kind: string; name: string; controller?: boolean }[];
}

interface Container {
  resources?: { requests?: Record<string, string> };
  restartPolicy?: string;
}

export interface Pod {
  metadata: ObjectMeta;
  spec?: { nodeName?: string; containers?: Container[]; initContainers?: Container[] };
  /** The rest is read by the rules in `features/health`. */
  status?: {
    phase?: string;
  };
}

export interface KubeNode {
  metadata: ObjectMeta;
  status?: {
    allocatable?: Record<string, string>;
    nodeInfo?: { kubeletVersion?: string };
  };
}

export interface KubeEvent {
  metadata: ObjectMeta;
  type?: string;
  reason?: string;
  message?: string;
  count?: number;
  lastTimestamp?: string | null;
  eventTime?: string | null;
  series?: { count?: number; lastObservedTime?: string } | null;
  involvedObject?: { kind?: string; namespace?: string; name?: string };
}

export interface NodeMetrics {
  metadata: ObjectMeta;
  usage?: Record<string, string>;
}
