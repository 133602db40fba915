import { createPrivateKey } from 'node:crypto';
import { once } from 'node:events';
import { type IncomingRequest, type Tunnel, TunnelDialer, webSocketClientOptions } from '@postern/tunnel';
import { WebSocket } from 'ws';
import type { GatewayAddress } from './gateway-process.ts';
import type { EnrolledAgent } from './rest.ts';

/** Dials in as an enrolled agent; `onRequest` answers what the gateway sends. Resolves when the tunnel is open. */
export async function dialTunnel(
  gateway: GatewayAddress,
  agent: EnrolledAgent,
  onRequest: (request: IncomingRequest) => void,
): Promise<TunnelDialer> {
  const dialer = new TunnelDialer({
    urls: gateway.tls ? agent.tunnelUrls : agent.tunnelUrls.map((url) => url.replace('wss:', 'ws:')),
    agentId: agent.agentId,
    clusterId: agent.clusterId,
    instance: 'security',
    version: '0.1.0',
    privateKey: createPrivateKey(agent.privateKeyPem),
    createWebSocket: (url, protocols) =>
      new WebSocket(url, protocols, {
        ...webSocketClientOptions,
        ca: gateway.caPem,
        ...(gateway.from === undefined ? {} : { family: 4, localAddress: gateway.from }),
      }),
  });
  dialer.on('connected', (tunnel: Tunnel) => tunnel.on('request', onRequest));
  const connected = once(dialer, 'connected');
  dialer.start();
  await connected;
  return dialer;
}

/** Answers every request with a small object, like a working apiserver. */
export function answerHonestly({ head, stream, respond }: IncomingRequest): void {
  stream.on('error', () => {}).resume();
  respond({ status: 200, headers: [['content-type', 'application/json']] });
  stream.end(JSON.stringify({ kind: 'Echo', path: 'path' in head ? head.path : '' }));
}
