import type { Endpoint } from './endpoint.ts';

/**
 * Creates a namespace with `count` pods. Scheduling gates keep the scheduler and kubelets away from them, because only reading is
 * measured.
 */
export async function makePods(admin: Endpoint, namespace: string, count: number): Promise<void> {
  await admin.send('POST', '/api/v1/namespaces', { body: { metadata: { name: namespace } } });
  const make = async (index: number): Promise<void> => {
    const container = { name: 'app', image: 'localhost/busybox:1', env: [{ name: 'INDEX', value: String(index) }] };
    const spec = {
      schedulingGates: [{ name: 'postern.dev/bench' }],
      automountServiceAccountToken: false,
      containers: [container],
    };
    const metadata = {
      name: `app-${String(index).padStart(5, '0')}`,
      labels: { app: 'bench', part: String(index % 7) },
    };
    const { status, text } = await admin.send('POST', `/api/v1/namespaces/${namespace}/pods`, {
      body: { metadata, spec },
    });
    // 403 while the namespace's default service account does not exist yet.
    if (status === 403 && text.includes('serviceaccount')) return make(index);
    if (status !== 201 && status !== 409) throw new Error(`pod ${index}: ${status} ${text}`);
  };
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) await make(next++);
  };
  await make(next++);
  await Promise.all(Array.from({ length: 16 }, worker));
}

export async function deleteNamespace(admin: Endpoint, namespace: string): Promise<void> {
  await admin.send('DELETE', `/api/v1/namespaces/${namespace}/pods?gracePeriodSeconds=0`);
  await admin.send('DELETE', `/api/v1/namespaces/${namespace}`);
}
