import { createServer, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Pod } from '../model/kinds.ts';

/** Serves HTTP on connections forwarded to pods, without any listening socket. */
export class PodHttp {
  readonly #servers = new Map<string, Server>();

  /** @returns false if no container of the pod has this port. */
  connect(pod: Pod, port: number, connection: Duplex): boolean {
    const isOpen = pod.spec.containers.some(({ ports = [] }) => ports.some((one) => one.containerPort === port));
    if (isOpen) this.#server(pod, port).emit('connection', connection);
    return isOpen;
  }

  /** Ends the connections to a removed pod. */
  forget({ metadata }: Pod): void {
    for (const [key, server] of this.#servers) {
      if (!key.startsWith(`${metadata.uid}:`)) continue;
      server.closeAllConnections();
      this.#servers.delete(key);
    }
  }

  close(): void {
    for (const server of this.#servers.values()) server.closeAllConnections();
    this.#servers.clear();
  }

  #server({ metadata }: Pod, port: number): Server {
    const key = `${metadata.uid}:${port}`;
    const known = this.#servers.get(key);
    if (known !== undefined) return known;
    const server = createServer((request, response) => {
      const { name, namespace } = metadata;
      response.setHeader('content-type', 'application/json');
      response.setHeader('x-content-type-options', 'nosniff');
      request.resume();
      const answer = { pod: name, namespace, port, method: request.method, path: request.url };
      response.end(`${JSON.stringify(answer)}\n`);
    });
    this.#servers.set(key, server);
    return server;
  }
}
