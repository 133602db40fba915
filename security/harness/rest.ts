import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { CreatedCluster, Enrolled, SignedIn } from '@postern/contracts';
import { generateAgentKey } from '@postern/tunnel';
import type { GatewayAddress } from './gateway-process.ts';

export interface Reply {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
}

/** A person who signed up, with an API token and their own organization. */
export interface Person {
  name: string;
  slug: string;
  token: string;
}

/** An enrolled agent with its private key. */
export type EnrolledAgent = Enrolled & { privateKeyPem: string };

/** The REST API and the kube endpoint of a gateway, over HTTP/1.1 on keep-alive connections. */
export class Rest {
  readonly #gateway: GatewayAddress;
  readonly #agent: HttpAgent;

  constructor(gateway: GatewayAddress, maxSockets = 8) {
    this.#gateway = gateway;
    const options = { keepAlive: true, maxSockets };
    this.#agent = gateway.tls ? new HttpsAgent({ ...options, ca: gateway.caPem }) : new HttpAgent(options);
  }

  /** @throws if the connection breaks, or if nothing arrives for `timeoutMs`. */
  ask(
    method: string,
    path: string,
    options: { token?: string | undefined; headers?: Record<string, string>; body?: unknown; timeoutMs?: number } = {},
  ): Promise<Reply> {
    const { token, headers = {}, body, timeoutMs = 20_000 } = options;
    const { from } = this.#gateway;
    const payload = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const sent = (this.#gateway.tls ? httpsRequest : httpRequest)({
        agent: this.#agent,
        host: 'localhost',
        ...(from === undefined ? {} : { family: 4, localAddress: from }),
        port: this.#gateway.port,
        method,
        path,
        timeout: timeoutMs,
        headers: {
          ...(payload === undefined
            ? {}
            : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(payload) }),
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...headers,
        },
      });
      sent.on('timeout', () => sent.destroy(new Error(`no answer to ${method} ${path} within ${timeoutMs} ms`)));
      sent.on('error', reject).on('response', (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part)).on('error', reject);
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text: Buffer.concat(parts).toString(),
          }),
        );
      });
      sent.end(payload);
    });
  }

  async signUp(name: string): Promise<Person> {
    const reply = await this.#expect(201, 'POST', '/api/v1/auth/sign-up', {
      body: {
        email: `${name}@example.com`,
        password: 'correct horse battery',
        organization: name,
        token: { name: 'security', expiresInSeconds: 86_400 },
      },
    });
    const { organizations, token } = JSON.parse(reply.text) as SignedIn;
    return { name, slug: organizations[0]?.slug ?? '', token: token?.secret ?? '' };
  }

  async createCluster({ slug, token }: Person, name: string): Promise<CreatedCluster> {
    const reply = await this.#expect(201, 'POST', `/api/v1/organizations/${slug}/clusters`, { token, body: { name } });
    return JSON.parse(reply.text) as CreatedCluster;
  }

  /** Enrols an agent with a new key for a cluster that was just created. */
  async enroll({ joining }: CreatedCluster): Promise<EnrolledAgent> {
    const { publicKeyPem, privateKeyPem } = generateAgentKey();
    const reply = await this.#expect(201, 'POST', '/api/v1/agents/enroll', {
      token: joining.joinToken,
      body: { publicKey: publicKeyPem, version: '0.1.0', instance: 'security', location: 'outside' },
    });
    return { ...(JSON.parse(reply.text) as Enrolled), privateKeyPem };
  }

  close(): void {
    this.#agent.destroy();
  }

  async #expect(status: number, ...call: Parameters<Rest['ask']>): Promise<Reply> {
    const reply = await this.ask(...call);
    if (reply.status !== status) throw new Error(`${call[0]} ${call[1]}: ${reply.status} ${reply.text}`);
    return reply;
  }
}
