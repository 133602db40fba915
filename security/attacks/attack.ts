import type { Socket } from 'node:net';
import { connect as connectTcp } from 'node:net';
import { connect as connectTls } from 'node:tls';

/** What is attacked, on loopback, and for how long. */
export interface AttackOptions {
  port: number;
  /** Certificate authority of the listener, PEM; undefined when it speaks plain HTTP/1.1. */
  ca: string | undefined;
  /** The attack goes on until this aborts. */
  signal: AbortSignal;
  /** What the attack did so far, for reports and assertions; counted up while it goes on. */
  tally: Tally;
  /** Network address to attack from, one of 127.0.0.0/8; 127.0.0.1 when undefined. */
  from?: string;
}

/** One attack: resolves once the signal has aborted and its connections are closed. */
export type Attack = (options: AttackOptions) => Promise<void>;

/** What an attack did, and what the gateway did to it. */
export interface Tally {
  /** Connections opened. */
  connections: number;
  /** Connections that the gateway ended or refused. */
  ended: number;
  /** Requests, streams or frames sent, whichever the attack is made of. */
  sent: number;
}

export type Protocol = 'http/1.1' | 'h2';

/** A bare connection; never emits an error that nobody handles. */
function open({ port, ca, from }: AttackOptions, protocol: Protocol): Socket {
  const address = { host: '127.0.0.1', port, ...(from === undefined ? {} : { localAddress: from }) };
  const socket =
    ca === undefined
      ? connectTcp(address)
      : connectTls({ ...address, ca, servername: 'localhost', ALPNProtocols: [protocol] });
  socket.on('error', () => {});
  return socket;
}

/**
 * Keeps `count` connections open until the signal aborts: one that the gateway ends is opened again, with a short pause so
 * that an attack is bounded however it is answered.
 * @param work is called for each connection once it is open, and may go on until it closes.
 */
export async function keepOpen(
  options: AttackOptions,
  { protocol, count }: { protocol: Protocol; count: number },
  work: (socket: Socket, tally: Tally) => void,
): Promise<void> {
  const { signal, ca, tally } = options;
  const one = async (): Promise<void> => {
    while (!signal.aborted) {
      const socket = open(options, protocol);
      tally.connections++;
      const stop = (): void => void socket.destroy();
      signal.addEventListener('abort', stop, { once: true });
      socket.once(ca === undefined ? 'connect' : 'secureConnect', () => work(socket, tally));
      await new Promise((resolve) => socket.once('close', resolve));
      signal.removeEventListener('abort', stop);
      if (signal.aborted) return;
      tally.ended++;
      await pause(500, signal);
    }
  };
  await Promise.all(Array.from({ length: count }, one));
}

/** Waits; not longer than until the signal aborts. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
  });
}

/** Calls `step` every so often until the connection closes; not while it does not take what was written. */
export function every(ms: number, socket: Socket, step: () => void): void {
  const timer = setInterval(() => {
    if (socket.writableLength < 256 * 1024) step();
  }, ms);
  socket.once('close', () => clearInterval(timer));
}
