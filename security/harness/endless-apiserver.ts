import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createSecureServer } from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';
import { join } from 'node:path';
import { selfSigned } from '@postern/testkit';

/** An apiserver that answers a GET of `/endless` with endless bytes, and never reads the body of a POST there. */
export interface EndlessApiserver {
  /** Path of its kubeconfig. */
  kubeconfig: string;
  /** Downloads and uploads received so far. */
  readonly downloads: number;
  readonly uploads: number;
  close(): Promise<void>;
}

const block = Buffer.alloc(65_536, 'endless ');

export async function startEndlessApiserver(folder: string): Promise<EndlessApiserver> {
  const certificate = await selfSigned();
  const sockets = new Set<Socket>();
  const counts = { downloads: 0, uploads: 0 };
  const server = createSecureServer({ ...certificate, allowHTTP1: true }, (request, response) => {
    const { pathname } = new URL(request.url, 'https://apiserver.invalid');
    request.stream?.on('error', () => {});
    if (!pathname.endsWith('/endless')) {
      response.writeHead(404, { 'content-type': 'application/json' });
      response.end('{"kind":"Status","apiVersion":"v1","status":"Failure","code":404,"reason":"NotFound"}');
      return;
    }
    if (request.method === 'POST') {
      counts.uploads++;
      request.pause();
      return;
    }
    counts.downloads++;
    response.writeHead(200, { 'content-type': 'application/octet-stream' });
    const fill = (): void => {
      while (!response.stream.destroyed && response.stream.write(block));
    };
    response.stream.on('drain', fill);
    fill();
  });
  server.on('secureConnection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => {});
  });
  server.on('sessionError', () => {});
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const kubeconfig = join(folder, 'endless.kubeconfig');
  await writeFile(
    kubeconfig,
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'endless',
      contexts: [{ name: 'endless', context: { cluster: 'endless', user: 'endless' } }],
      clusters: [
        {
          name: 'endless',
          cluster: {
            server: `https://localhost:${(server.address() as AddressInfo).port}`,
            'certificate-authority-data': Buffer.from(certificate.cert).toString('base64'),
          },
        },
      ],
      users: [{ name: 'endless', user: { token: 'agent' } }],
    }),
    { mode: 0o600 },
  );
  return {
    kubeconfig,
    get downloads() {
      return counts.downloads;
    },
    get uploads() {
      return counts.uploads;
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
