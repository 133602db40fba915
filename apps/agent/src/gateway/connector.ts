import { once } from 'node:events';
import { type RequestOptions, request } from 'node:https';
import { isIP, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls, type SecureContext } from 'node:tls';
import { webSocketClientOptions } from '@postern/tunnel';
import { getProxyForUrl } from 'proxy-from-env';
import { WebSocket } from 'ws';
import { connectThroughProxy } from '../network/proxy.ts';
import { version } from '../version.ts';

const handshakeTimeoutMs = 15_000;
const requestTimeoutMs = 15_000;
const maxAnswerBytes = 64 * 1024;

export interface GatewayAnswer {
  status: number;
  body: string;
}

/** Connects to gateways, always verifying certificates, through `HTTPS_PROXY` unless `NO_PROXY` names the host. */
export class GatewayConnector {
  readonly #secureContext: SecureContext;

  constructor(trust: SecureContext) {
    this.#secureContext = trust;
  }

  /** A connecting WebSocket. */
  webSocket(url: string, protocols: string[]): WebSocket {
    return new WebSocket(url, protocols, {
      ...webSocketClientOptions,
      handshakeTimeout: handshakeTimeoutMs,
      headers: { 'user-agent': `postern-agent/${version}` },
      secureContext: this.#secureContext,
      rejectUnauthorized: true,
      ...this.#throughProxy(new URL(url.replace(/^ws/, 'http'))),
    } as ConstructorParameters<typeof WebSocket>[2]);
  }

  /** Posts JSON and reads the response, whatever its status. Rejects if the gateway cannot be reached. */
  post(url: URL, { bearer, body }: { bearer: string; body: object }): Promise<GatewayAnswer> {
    const { promise, resolve, reject } = Promise.withResolvers<GatewayAnswer>();
    const bytes = Buffer.from(JSON.stringify(body));
    const options: RequestOptions & ConnectionOptions = {
      method: 'POST',
      agent: false,
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
      ...this.#throughProxy(url),
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

  /** Options that make node:https and `ws` connect through the proxy for this URL; empty if there is none. */
  #throughProxy(url: URL): Pick<RequestOptions, 'createConnection' | 'agent'> {
    const proxy = getProxyForUrl(url.href);
    if (!proxy) return {};
    return {
      // With an agent, `createConnection` would not be called.
      agent: undefined,
      createConnection: (_options, done) => {
        this.#connect(url, new URL(proxy)).then(
          (socket) => done(null, socket),
          (error: Error) => done(error, undefined as never),
        );
        return undefined;
      },
    };
  }

  async #connect(url: URL, proxy: URL): Promise<Socket> {
    const signal = AbortSignal.timeout(handshakeTimeoutMs);
    const host = url.hostname.replace(/^\[|\]$/g, '');
    const plain = await connectThroughProxy(proxy, { host: url.hostname, port: Number(url.port || 443), signal });
    const secure = connectTls({
      socket: plain,
      host,
      secureContext: this.#secureContext,
      rejectUnauthorized: true,
      ALPNProtocols: ['http/1.1'],
      ...(isIP(host) === 0 ? { servername: host } : {}),
    });
    try {
      await once(secure, 'secureConnect', { signal });
      return secure;
    } catch (error) {
      secure.destroy();
      throw error;
    }
  }
}
