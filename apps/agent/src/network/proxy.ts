import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';

/** Connects to `host:port` through an HTTP proxy with CONNECT (RFC 9110, 9.3.6). The proxy's own TLS is verified. */
export async function connectThroughProxy(
  proxy: URL,
  { host, port, signal }: { host: string; port: number; signal: AbortSignal },
): Promise<Socket> {
  const request = proxy.protocol === 'https:' ? httpsRequest : httpRequest;
  const user = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`;
  const connecting = request({
    protocol: proxy.protocol,
    hostname: proxy.hostname.replace(/^\[|\]$/g, ''),
    port: proxy.port,
    method: 'CONNECT',
    path: `${host}:${port}`,
    agent: false,
    signal,
    headers: {
      host: `${host}:${port}`,
      ...(proxy.username ? { 'proxy-authorization': `Basic ${Buffer.from(user).toString('base64')}` } : {}),
    },
  });
  const refused = once(connecting, 'response', { signal }).then(([response]) => {
    (response as NodeJS.ReadableStream & { destroy(): void }).destroy();
    throw new Error(`the proxy ${proxy.host} did not connect`);
  });
  const connected = once(connecting, 'connect', { signal }) as Promise<[{ statusCode: number }, Socket]>;
  connecting.end();
  const [response, socket] = await Promise.race([connected, refused]);
  if (response.statusCode !== 200) {
    socket.destroy();
    throw new Error(`the proxy ${proxy.host} answered ${response.statusCode}`);
  }
  return socket;
}
