import { nodeImage } from './agent-image.ts';
import type { Client } from './client.ts';
import { expectOk } from './kubectl.ts';

/**
 * Creates the pod `echo` and a service with the same name in the namespace `demo`: port 7 echoes, port 9 discards, port
 * 19 sends zeros endlessly. Busybox's `nc -ll` resets simultaneous connections; this does not.
 */
export async function makeEchoPod(admin: Client): Promise<void> {
  const program = `
    const { createServer } = require('node:net');
    const serve = (port, use) => createServer({ allowHalfOpen: true }, (s) => { s.on('error', () => {}); use(s); }).listen(port, '0.0.0.0', 511);
    serve(7, (s) => s.pipe(s));
    serve(9, (s) => { s.resume(); s.on('end', () => s.end()); });
    serve(19, (s) => { const zeros = Buffer.alloc(65536); const go = () => { while (s.writable && s.write(zeros)); }; s.on('drain', go); go(); s.resume(); s.on('end', () => s.destroy()); });
  `;
  const container = {
    name: 'echo',
    image: nodeImage,
    imagePullPolicy: 'Never',
    command: ['/usr/local/bin/node', '-e', program],
    readinessProbe: { tcpSocket: { port: 7 }, periodSeconds: 1 },
  };
  const metadata = { name: 'echo', namespace: 'demo', labels: { app: 'echo' } };
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata,
    spec: { terminationGracePeriodSeconds: 0, containers: [container] },
  };
  const service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata,
    spec: { selector: { app: 'echo' }, ports: [{ port: 7 }] },
  };
  await expectOk(admin, ['apply', '-f', '-'], {
    input: JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [pod, service] }),
  });
  await expectOk(admin, ['wait', '-n', 'demo', 'pod/echo', '--for=condition=Ready', '--timeout=45s']);
}
