import { connect as netConnect, type Socket, type TcpNetConnectOpts } from 'node:net';
import { createSecureContext, type SecureContext, connect as tlsConnect } from 'node:tls';
import type { GatewayAddress } from './gateway-process.ts';

/** Latest TLS session of each gateway, by certificate: resuming one saves both sides most of a handshake. */
const sessions = new Map<string, Buffer>();

/** One per certificate authority. */
const contexts = new Map<string, SecureContext>();

/** Opens a connection to the gateway for one of its protocols. Later errors of the connection are ignored. */
export async function connectTo(gateway: GatewayAddress, protocol: 'h2' | 'http/1.1'): Promise<Socket> {
  const { port, caPem: ca, from: localAddress = '127.0.0.1' } = gateway;
  const address: TcpNetConnectOpts = { host: '127.0.0.1', port, localAddress };
  const session = sessions.get(ca);
  const secureContext = contexts.get(ca) ?? createSecureContext({ ca });
  contexts.set(ca, secureContext);
  const tls = {
    servername: 'localhost',
    secureContext,
    ALPNProtocols: [protocol],
    ...(session === undefined ? {} : { session }),
  };
  const socket: Socket = gateway.tls ? tlsConnect({ ...address, ...tls }) : netConnect(address);
  socket.setNoDelay(true).on('error', () => {});
  socket.on('session', (fresh: Buffer) => sessions.set(ca, fresh));
  await new Promise<void>((resolve, reject) => {
    socket.once(gateway.tls ? 'secureConnect' : 'connect', resolve);
    socket.once('close', () => reject(new Error('the gateway closed a connection before it was open')));
  });
  return socket;
}
