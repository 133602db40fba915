import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { WebSocket } from 'ws';
import { parse } from 'yaml';

interface Kubeconfig {
  clusters: { cluster: { server: string; 'certificate-authority-data'?: string } }[];
  users: { user: { token?: string; 'client-certificate-data'?: string; 'client-key-data'?: string } }[];
}

interface Credentials {
  ca?: Buffer;
  cert?: Buffer;
  key?: Buffer;
}

/** A kube-apiserver, or a gateway that acts as one, from a kubeconfig. Used over plain HTTPS, without kubectl. */
export class Endpoint {
  readonly server: string;
  private readonly headers: Record<string, string>;
  private readonly credentials: Credentials;
  private readonly agent: Agent;

  constructor(kubeconfig: string) {
    const { clusters, users } = parse(readFileSync(kubeconfig, 'utf8')) as Kubeconfig;
    const cluster = clusters[0]?.cluster;
    const user = users[0]?.user;
    if (!cluster || !user) throw new Error(`${kubeconfig} names no cluster or no user`);
    const bytes = (base64: string | undefined): Buffer | undefined =>
      base64 ? Buffer.from(base64, 'base64') : undefined;
    const ca = bytes(cluster['certificate-authority-data']);
    const cert = bytes(user['client-certificate-data']);
    const key = bytes(user['client-key-data']);
    this.server = cluster.server;
    this.headers = user.token ? { authorization: `Bearer ${user.token}` } : {};
    this.credentials = { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) };
    this.agent = new Agent({ keepAlive: true, maxSockets: 32, ...this.credentials });
  }

  /** Sends a request on a keep-alive connection; resolves with the status and the size of the body once it is complete. */
  send(
    method: string,
    path: string,
    options: { body?: unknown; accept?: string } = {},
  ): Promise<{ status: number; bytes: number; text: string }> {
    const headers = {
      ...this.headers,
      'content-type': 'application/json',
      accept: options.accept ?? 'application/json',
      'accept-encoding': 'gzip',
    };
    return new Promise((resolve, reject) => {
      const sent = request(this.server + path, { method, headers, agent: this.agent }, (response) => {
        const chunks: Buffer[] = [];
        let bytes = 0;
        const isText = response.headers['content-encoding'] === undefined;
        response.on('data', (chunk: Buffer) => {
          bytes += chunk.length;
          if (isText && bytes < 1 << 20) chunks.push(chunk);
        });
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, bytes, text: Buffer.concat(chunks).toString() }),
        );
        response.on('error', reject);
      });
      sent.on('error', reject);
      sent.end(options.body === undefined ? undefined : JSON.stringify(options.body));
    });
  }

  /** Runs an exec over a WebSocket on a new connection, as kubectl does. @returns milliseconds to the first byte of stdout. */
  execFirstByte(pod: { namespace: string; name: string; container: string }, command: string[]): Promise<number> {
    const query = new URLSearchParams({ container: pod.container, stdout: 'true' });
    for (const word of command) query.append('command', word);
    const url = `${this.server}/api/v1/namespaces/${pod.namespace}/pods/${pod.name}/exec?${query}`;
    const began = performance.now();
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(url.replace(/^http/, 'ws'), ['v5.channel.k8s.io'], {
        headers: this.headers,
        ...this.credentials,
      });
      let first: number | undefined;
      socket.on('message', (data: Buffer) => {
        // Channel 1 is stdout; every channel is opened with an empty message.
        if (data[0] === 1 && data.length > 1) first ??= performance.now() - began;
      });
      socket.on('error', reject);
      socket.on('close', () => (first === undefined ? reject(new Error('the exec printed nothing')) : resolve(first)));
    });
  }

  close(): void {
    this.agent.destroy();
  }
}
