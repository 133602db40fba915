import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Registry } from 'prom-client';
import { UserError } from '../user-error.ts';
import type { Readiness } from './readiness.ts';

export interface HealthServer {
  port: number;
  close(): Promise<void>;
}

/** Serves `/healthz` (this process runs), `/readyz` and `/metrics` over plain HTTP. @throws {UserError} the port is in use. */
export async function startHealthServer(options: {
  /** If undefined, all addresses of the machine, including IPv6 if available. */
  host: string | undefined;
  port: number;
  readiness: () => Readiness;
  registry: Registry;
}): Promise<HealthServer> {
  const { host, port, registry } = options;
  const server: Server = createServer({ maxHeaderSize: 8192 }, (request, response) => {
    const answer = async (): Promise<void> => {
      const path = request.url?.split('?', 1)[0];
      if (request.method !== 'GET' && request.method !== 'HEAD') response.writeHead(405).end();
      else if (path === '/healthz') response.end('ok\n');
      else if (path === '/readyz') {
        const { ready, message } = options.readiness();
        response.writeHead(ready ? 200 : 503).end(`${message}\n`);
      } else if (path === '/metrics') {
        response.setHeader('content-type', registry.contentType);
        response.end(await registry.metrics());
      } else response.writeHead(404).end();
    };
    answer().catch(() => response.destroy());
  });
  server.listen({ port, host });
  try {
    await once(server, 'listening');
  } catch (cause) {
    throw new UserError(`The health port ${port} cannot be opened. Choose another with --health-port.`, {
      cause,
    });
  }
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
