import { createHash } from 'node:crypto';
import { createSecureServer, type Http2ServerRequest, type Http2ServerResponse } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { testCertificate } from '@postern/testkit';

const zip = promisify(gzip);

/** Time for one row in milliseconds: a real apiserver lists 5,000 pods in 127 ms (docs/performance.md). */
const msPerRow = 0.025;
/** kube-apiserver compresses longer responses, at this level (k8s.io/apiserver, `responsewriters`). */
const compressedFrom = 128 * 1024;

export interface LargeCluster {
  kubeconfig: string;
  /** Sends an event to every watch: the pod with this index has changed. @returns the name of the pod. */
  change(index: number): string;
  close(): Promise<void>;
}

/**
 * A cluster with as many pods as wanted, which serves them as a kube-apiserver does: as tables in pages, compressed if accepted.
 * It holds rows as text, so that it takes little of the time that is measured.
 * @param compresses false for an apiserver without the feature `APIResponseCompression`.
 */
export async function startLargeCluster(pods: number, { compresses = true } = {}): Promise<LargeCluster> {
  const rows = Array.from({ length: pods }, (_, index) => JSON.stringify(podRow(index)));
  const watches = new Set<Http2ServerResponse>();
  const { cert, key } = await testCertificate();
  const server = createSecureServer({ cert, key, allowHTTP1: true });

  const send = async (request: Http2ServerRequest, response: Http2ServerResponse, status: number, text: string) => {
    const accepted = String(request.headers['accept-encoding'] ?? '');
    response.setHeader('content-type', 'application/json');
    if (compresses && text.length > compressedFrom && /\bgzip\b/.test(accepted)) {
      response.setHeader('content-encoding', 'gzip');
      response.writeHead(status).end(await zip(text, { level: 1 }));
    } else response.writeHead(status).end(text);
  };

  const answer = async (request: Http2ServerRequest, response: Http2ServerResponse): Promise<void> => {
    const { pathname, searchParams } = new URL(request.url, 'https://cluster');
    if (request.method !== 'GET') return send(request, response, 201, '{}');
    if (pathname === '/version')
      return send(request, response, 200, '{"gitVersion":"v1.33.4","platform":"linux/amd64"}');
    if (pathname === '/api') return send(request, response, 200, '{"kind":"APIVersions","versions":["v1"]}');
    if (pathname === '/apis') return send(request, response, 200, '{"kind":"APIGroupList","groups":[]}');
    if (pathname === '/api/v1') return send(request, response, 200, JSON.stringify(podsOnly));
    if (pathname === '/api/v1/pods' && searchParams.has('watch')) {
      response.writeHead(200, { 'content-type': 'application/json' });
      watches.add(response);
      response.once('close', () => watches.delete(response));
      return;
    }
    if (pathname !== '/api/v1/pods') return send(request, response, 404, notFound);
    const from = Number(searchParams.get('continue') ?? 0);
    const to = Math.min(pods, from + (Number(searchParams.get('limit')) || pods));
    const [text] = await Promise.all([Promise.resolve(tableOf(rows, from, to)), delay((to - from) * msPerRow)]);
    return send(request, response, 200, text);
  };

  server.on('request', (request, response) => {
    response.on('error', () => {});
    answer(request, response).catch(() => response.stream?.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const sessions = new Set<{ destroy(): void }>();
  server.on('session', (session) => sessions.add(session));
  let version = pods;
  return {
    kubeconfig: kubeconfigOf((server.address() as AddressInfo).port, cert),
    change: (index) => {
      const row = podRow(index, ++version);
      const object = {
        kind: 'Table',
        apiVersion: 'meta.k8s.io/v1',
        metadata: { resourceVersion: String(version) },
        rows: [row],
      };
      for (const watch of watches) watch.write(`${JSON.stringify({ type: 'MODIFIED', object })}\n`);
      return row.object.metadata.name;
    },
    close: async () => {
      for (const session of sessions) session.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const notFound = '{"kind":"Status","status":"Failure","reason":"NotFound","message":"there are only pods","code":404}';
const podsOnly = {
  kind: 'APIResourceList',
  groupVersion: 'v1',
  resources: [
    {
      name: 'pods',
      singularName: 'pod',
      namespaced: true,
      kind: 'Pod',
      shortNames: ['po'],
      verbs: ['get', 'list', 'watch'],
    },
  ],
};
const columns = ['Name', 'Ready', 'Status', 'Restarts', 'Age', 'IP', 'Node', 'Nominated Node', 'Readiness Gates'].map(
  (name, index) => ({
    name,
    type: 'string',
    format: index === 0 ? 'name' : '',
    description: `${name} of the pod, with about as much text as the apiserver explains its columns.`,
    priority: index < 5 ? 0 : 1,
  }),
);

function tableOf(rows: readonly string[], from: number, to: number): string {
  const more = to < rows.length ? { continue: String(to), remainingItemCount: rows.length - to } : {};
  const metadata = JSON.stringify({ resourceVersion: String(rows.length), ...more });
  const head = `{"kind":"Table","apiVersion":"meta.k8s.io/v1","metadata":${metadata},"columnDefinitions":${JSON.stringify(columns)}`;
  return `${head},"rows":[${rows.slice(from, to).join(',')}]}\n`;
}

/** Always the same for the same seed. */
const digest = (seed: string): string => createHash('sha256').update(seed).digest('hex');
const uid = (seed: string): string => digest(seed).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');

/** One pod of a deployment with eight, as the apiserver prints it: more than half of it is `managedFields`. */
function podRow(index: number, version = index) {
  const set = Math.floor(index / 8);
  const app = ['checkout', 'frontend', 'payments', 'catalog', 'search', 'mailer', 'worker', 'redis'][set % 8] ?? '';
  const hash = digest(`set ${set}`).slice(0, 10);
  const name = `${app}-${hash}-${digest(`pod ${index}`).slice(0, 5)}`;
  const ip = `10.${244 + (index >> 16)}.${(index >> 8) & 255}.${index & 255}`;
  const time = new Date(Date.UTC(2026, 10, 1) + set * 60_000 + index * 97).toISOString().replace(/\.\d+/, '');
  const owner = uid(`set ${set}`);
  const condition = { '.': {}, 'f:lastProbeTime': {}, 'f:lastTransitionTime': {}, 'f:status': {}, 'f:type': {} };
  const field = (type: string) => ({ [`k:{"type":"${type}"}`]: condition });
  const container = {
    '.': {},
    'f:env': {},
    'f:image': {},
    'f:imagePullPolicy': {},
    'f:name': {},
    'f:ports': {},
    'f:resources': {},
    'f:terminationMessagePath': {},
    'f:terminationMessagePolicy': {},
  };
  return {
    cells: [name, '1/1', 'Running', String(index % 3), '12d', ip, `node-${index % 40}`, '<none>', '<none>'],
    object: {
      kind: 'PartialObjectMetadata',
      apiVersion: 'meta.k8s.io/v1',
      metadata: {
        name,
        generateName: `${app}-${hash}-`,
        namespace: `team-${Math.floor(index / 250)}`,
        uid: uid(`pod ${index}`),
        resourceVersion: String(100_000 + version * 3),
        creationTimestamp: time,
        labels: { app, 'pod-template-hash': hash },
        annotations: { 'prometheus.io/scrape': 'true', 'prometheus.io/port': '8080' },
        ownerReferences: [
          {
            apiVersion: 'apps/v1',
            kind: 'ReplicaSet',
            name: `${app}-${hash}`,
            uid: owner,
            controller: true,
            blockOwnerDeletion: true,
          },
        ],
        managedFields: [
          {
            manager: 'kube-controller-manager',
            operation: 'Update',
            apiVersion: 'v1',
            time,
            fieldsType: 'FieldsV1',
            fieldsV1: {
              'f:metadata': {
                'f:annotations': { '.': {}, 'f:prometheus.io/port': {}, 'f:prometheus.io/scrape': {} },
                'f:generateName': {},
                'f:labels': { '.': {}, 'f:app': {}, 'f:pod-template-hash': {} },
                'f:ownerReferences': { '.': {}, [`k:{"uid":"${owner}"}`]: {} },
              },
              'f:spec': {
                'f:containers': { [`k:{"name":"${app}"}`]: container },
                'f:dnsPolicy': {},
                'f:enableServiceLinks': {},
                'f:restartPolicy': {},
                'f:schedulerName': {},
                'f:securityContext': {},
                'f:terminationGracePeriodSeconds': {},
              },
            },
          },
          {
            manager: 'kubelet',
            operation: 'Update',
            apiVersion: 'v1',
            time,
            fieldsType: 'FieldsV1',
            fieldsV1: {
              'f:status': {
                'f:conditions': {
                  ...field('ContainersReady'),
                  ...field('Initialized'),
                  ...field('PodReadyToStartContainers'),
                  ...field('Ready'),
                },
                'f:containerStatuses': {},
                'f:hostIP': {},
                'f:hostIPs': {},
                'f:phase': {},
                'f:podIP': {},
                'f:podIPs': { '.': {}, [`k:{"ip":"${ip}"}`]: { '.': {}, 'f:ip': {} } },
                'f:startTime': {},
              },
            },
            subresource: 'status',
          },
        ],
      },
    },
  };
}

function kubeconfigOf(port: number, ca: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'large',
    contexts: [{ name: 'large', context: { cluster: 'large', user: 'admin' } }],
    clusters: [
      {
        name: 'large',
        cluster: {
          server: `https://127.0.0.1:${port}`,
          'certificate-authority-data': Buffer.from(ca).toString('base64'),
        },
      },
    ],
    users: [{ name: 'admin', user: { token: 'admin' } }],
  });
}
