import { type Agent, type RequestOptions, request } from 'node:https';
import type { ConnectionOptions, SecureContext } from 'node:tls';
import { webSocketClientOptions } from '@postern/tunnel';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { getProxyForUrl } from 'proxy-from-env';
import { WebSocket } from 'ws';
import { version } from '../version.ts';

const handshakeTimeoutMs = 15_000;
const requestTimeoutMs = 15_000;
const maxAnswerBytes = 64 * 1024;

export interface GatewayAnswer {
  status: number;
  body: string;
}

/** Connections to gateways: certificates always verified, through `HTTPS_PROXY` unless `NO_PROXY` names the host. */
export class GatewayConnector {
  readonly #secureContext: SecureContext;

  constructor(trust: SecureContext) {
    this.#secureContext = trust;
  }

  /** A WebSocket that is being connected. */
  webSocket(url: string, protocols: string[]): WebSocket {
    const agent = this.#proxyAgent(url.replace(/^ws/, 'http'));
    return new WebSocket(url, protocols, {
      ...webSocketClientOptions,
      handshakeTimeout: handshakeTimeoutMs,
      headers: { 'user-agent': `postern-agent/${version}` },
      secureContext: this.#secureContext,
      rejectUnauthorized: true,
      ...(agent === undefined ? {} : { agent }),
    } as ConstructorParameters<typeof WebSocket>[2]);
  }

  /** Posts JSON and reads the answer, whatever its status. Rejects when the gateway is not reached. */
  post(url: URL, { bearer, body }: { bearer: string; body: object }): Promise<GatewayAnswer> {
    const { promise, resolve, reject } = Promise.withResolvers<GatewayAnswer>();
    const bytes = Buffer.from(JSON.stringify(body));
    const options: RequestOptions & ConnectionOptions = {
      method: 'POST',
      agent: this.#proxyAgent(url.href) ?? false,
      secureContext: this.#secureContext,
      rejectUnauthorized: true,
      headers: {
        authorization: `Bearer ${bearer}`,
        'content-type': 'application/json',
        'content-length': bytes.length,
        accept: 'application/json',
        'user-agent': `postern-agent/${version}`,
        connection: 'close',
      },
      signal: AbortSignal.timeout(requestTimeoutMs),
    };
    const outgoing = request(url, options);
    outgoing.on('error', reject);
    outgoing.on('response', (incoming) => {
      const parts: Buffer[] = [];
      let length = 0;
      incoming.on('data', (part: Buffer) => {
        length += part.length;
        if (length > maxAnswerBytes) incoming.destroy(new Error('the answer is too large'));
        else parts.push(part);
      });
      incoming.on('error', reject);
      incoming.on('end', () => resolve({ status: incoming.statusCode ?? 0, body: Buffer.concat(parts).toString() }));
    });
    outgoing.end(bytes);
    return promise;
  }

  #proxyAgent(url: string): Agent | undefined {
    const proxy = getProxyForUrl(url);
    if (!proxy) return undefined;
    return new HttpsProxyAgent(proxy, { secureContext: this.#secureContext }) as unknown as Agent;
  }
}
