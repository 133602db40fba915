import { type KubeObject, type Manifest, microTime, timestamp } from '../../model/object.ts';
import { DAY, daemonSet, deployment, HOUR, type Seed, seed, service } from './builders.ts';

const AGE = 12 * DAY;

const namespaces = ['default', 'kube-system', 'kube-public', 'kube-node-lease', 'shop', 'observability'].map((name) =>
  seed('namespaces', AGE, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }),
);

interface Machine {
  name: string;
  address: string;
  range: string;
  zone: string;
  cpu: string;
  memory: string;
  isControlPlane?: boolean;
}

const machines: Machine[] = [
  {
    name: 'demo-control-plane',
    address: '172.18.0.2',
    range: '10.244.0.0/24',
    zone: 'zone-a',
    cpu: '4',
    memory: '8145840Ki',
    isControlPlane: true,
  },
  {
    name: 'demo-worker-1',
    address: '172.18.0.3',
    range: '10.244.1.0/24',
    zone: 'zone-a',
    cpu: '8',
    memory: '16291680Ki',
  },
  {
    name: 'demo-worker-2',
    address: '172.18.0.4',
    range: '10.244.2.0/24',
    zone: 'zone-b',
    cpu: '8',
    memory: '16291680Ki',
  },
];

const TAINT = 'node-role.kubernetes.io/control-plane';

function node(machine: Machine): Seed {
  const { name, address, range, zone, cpu, memory, isControlPlane = false } = machine;
  const capacity = { cpu, memory, 'ephemeral-storage': '102687672Ki', pods: '110' };
  const lastTransitionTime = timestamp(Date.now() - AGE + 40_000);
  const condition = (type: string, status: string, reason: string) => ({
    type,
    status,
    reason,
    message: reason,
    lastTransitionTime,
    lastHeartbeatTime: timestamp(Date.now()),
  });
  return seed('nodes', AGE, {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      labels: {
        'kubernetes.io/arch': 'amd64',
        'kubernetes.io/hostname': name,
        'kubernetes.io/os': 'linux',
        'topology.kubernetes.io/region': 'demo',
        'topology.kubernetes.io/zone': zone,
        ...(isControlPlane ? { [TAINT]: '' } : { 'node-role.kubernetes.io/worker': '' }),
      },
    },
    spec: {
      podCIDR: range,
      podCIDRs: [range],
      ...(isControlPlane ? { taints: [{ key: TAINT, effect: 'NoSchedule' }] } : {}),
    },
    status: {
      capacity,
      allocatable: capacity,
      addresses: [
        { type: 'InternalIP', address },
        { type: 'Hostname', address: name },
      ],
      conditions: [
        condition('MemoryPressure', 'False', 'KubeletHasSufficientMemory'),
        condition('DiskPressure', 'False', 'KubeletHasNoDiskPressure'),
        condition('PIDPressure', 'False', 'KubeletHasSufficientPID'),
        condition('Ready', 'True', 'KubeletReady'),
      ],
      nodeInfo: {
        machineID: name,
        systemUUID: name,
        bootID: name,
        kernelVersion: '6.12.48',
        osImage: 'Postern Demo Linux 1.0',
        containerRuntimeVersion: 'containerd://2.1.4',
        kubeletVersion: 'v1.33.4',
        kubeProxyVersion: '',
        operatingSystem: 'linux',
        architecture: 'amd64',
      },
      daemonEndpoints: { kubeletEndpoint: { Port: 10250 } },
    },
  });
}

function lease(namespace: string, name: string, holderIdentity: string): Seed {
  const times = { acquireTime: microTime(Date.now() - AGE), renewTime: microTime(Date.now()) };
  return seed('leases.coordination.k8s.io', AGE, {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name, namespace },
    spec: { holderIdentity, leaseDurationSeconds: namespace === 'kube-node-lease' ? 40 : 15, ...times },
  });
}

/** A static pod of the control plane. */
function staticPod(component: string, image: string, cpu: string): Seed {
  const [machine] = machines;
  const nodeName = machine?.name ?? '';
  const name = `${component}-${nodeName}`;
  return seed('pods', AGE, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: 'kube-system',
      labels: { component, tier: 'control-plane' },
      annotations: { 'kubernetes.io/config.mirror': name, 'kubernetes.io/config.source': 'file' },
    },
    spec: {
      nodeName,
      hostNetwork: true,
      priorityClassName: 'system-node-critical',
      containers: [{ name: component, image, command: [component], resources: { requests: { cpu, memory: '128Mi' } } }],
      tolerations: [{ operator: 'Exists' }],
      restartPolicy: 'Always',
    },
  });
}

const system = { namespace: 'kube-system', ago: AGE };
const everywhere = { tolerations: [{ operator: 'Exists' }], hostNetwork: true };
const coreDns = {
  ...system,
  name: 'coredns',
  image: 'registry.k8s.io/coredns/coredns:v1.12.2',
  replicas: 2,
  port: 8080,
  requests: ['100m', '70Mi'] as [string, string],
};
const metricsServer = {
  ...system,
  name: 'metrics-server',
  image: 'registry.k8s.io/metrics-server/metrics-server:v0.8.0',
  port: 10250,
  requests: ['100m', '200Mi'] as [string, string],
  ago: AGE - 2 * HOUR,
};

const workloads: Seed[] = [
  staticPod('etcd', 'registry.k8s.io/etcd:3.6.0-0', '100m'),
  staticPod('kube-apiserver', 'registry.k8s.io/kube-apiserver:v1.33.4', '250m'),
  staticPod('kube-controller-manager', 'registry.k8s.io/kube-controller-manager:v1.33.4', '200m'),
  staticPod('kube-scheduler', 'registry.k8s.io/kube-scheduler:v1.33.4', '100m'),
  daemonSet({ ...system, name: 'kube-proxy', image: 'registry.k8s.io/kube-proxy:v1.33.4', pod: everywhere }),
  deployment(coreDns),
  service(
    { ...coreDns, name: 'kube-dns' },
    {
      clusterIP: '10.96.0.10',
      selector: { 'app.kubernetes.io/name': 'coredns' },
      ports: [
        { name: 'dns', port: 53, protocol: 'UDP', targetPort: 53 },
        { name: 'dns-tcp', port: 53, protocol: 'TCP', targetPort: 53 },
      ],
    },
  ),
  deployment(metricsServer),
  service(metricsServer, { port: 443 }),
];

const storage = seed('storageclasses.storage.k8s.io', AGE, {
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: { name: 'standard', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
  provisioner: 'demo.postern.dev/local',
  reclaimPolicy: 'Delete',
  volumeBindingMode: 'WaitForFirstConsumer',
});

const apiserverService: Manifest = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'kubernetes', namespace: 'default', labels: { component: 'apiserver', provider: 'kubernetes' } },
  spec: { clusterIP: '10.96.0.1', ports: [{ name: 'https', port: 443, protocol: 'TCP', targetPort: 6443 }] },
};

/** A pod with `tty` and `stdin`, for attach. */
const toolbox: Manifest = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'toolbox', namespace: 'default', labels: { 'app.kubernetes.io/name': 'toolbox' } },
  spec: {
    containers: [
      {
        name: 'shell',
        image: 'docker.io/library/busybox:1.37',
        command: ['sh'],
        stdin: true,
        tty: true,
        resources: {},
      },
    ],
    restartPolicy: 'Always',
  } satisfies Partial<KubeObject>['spec'],
};

export const clusterSeeds: Seed[] = [
  ...namespaces,
  storage,
  ...machines.map(node),
  ...machines.map(({ name }) => lease('kube-node-lease', name, name)),
  lease('kube-system', 'kube-scheduler', 'demo-control-plane_scheduler'),
  lease('kube-system', 'kube-controller-manager', 'demo-control-plane_controller-manager'),
  seed('services', AGE, apiserverService),
  ...workloads,
  seed('pods', 2 * DAY, toolbox),
];
