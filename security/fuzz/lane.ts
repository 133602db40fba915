import { connect as netConnect, type Socket } from 'node:net';
import { connect as tlsConnect } from 'node:tls';
import type { GatewayProcess } from '../bed/gateway-process.ts';

/** A connection that takes cases one after the other, and tells how many of them the gateway has read. */
export interface Lane<Case> {
  /**
   * Sends cases until all are read or the connection is over.
   * @returns how many were read, the one that ended the connection included: at least 1.
   */
  send(cases: readonly Case[]): Promise<number>;
  /** True when nothing more can be sent. */
  readonly isOver: boolean;
  close(): void;
}

/** Sends every case over a few connections at once, each replaced when a case has ended it. */
export async function sendOver<Case>(
  cases: readonly Case[],
  options: { connect: () => Promise<Lane<Case>>; lanes: number; chunk: number },
): Promise<void> {
  let next = 0;
  const work = async (): Promise<void> => {
    let lane: Lane<Case> | undefined;
    try {
      while (next < cases.length) {
        let chunk = cases.slice(next, next + options.chunk);
        next += chunk.length;
        while (chunk.length > 0) {
          if (lane === undefined || lane.isOver) lane = await options.connect();
          chunk = chunk.slice(await lane.send(chunk));
        }
      }
    } finally {
      lane?.close();
    }
  };
  await Promise.all(Array.from({ length: options.lanes }, work));
}

/** Newest TLS session of each gateway, by its certificate: to resume one saves both sides the most of a handshake. */
const sessions = new Map<string, Buffer>();

/** A connection to the gateway that speaks one of its protocols; what breaks it is no error of ours. */
export async function connectTo(gateway: GatewayProcess, protocol: 'h2' | 'http/1.1'): Promise<Socket> {
  const { port, caPem: ca } = gateway;
  const socket = gateway.tls
    ? tlsConnect({
        host: '127.0.0.1',
        port,
        servername: 'localhost',
        ca,
        ALPNProtocols: [protocol],
        session: sessions.get(ca),
      })
    : netConnect({ host: '127.0.0.1', port });
  socket.setNoDelay(true).on('error', () => {});
  socket.on('session', (session: Buffer) => sessions.set(ca, session));
  await new Promise<void>((resolve, reject) => {
    socket.once(gateway.tls ? 'secureConnect' : 'connect', resolve);
    socket.once('close', () => reject(new Error('the gateway closed a connection before it was open')));
  });
  return socket;
}
