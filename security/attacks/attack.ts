import type { Socket } from 'node:net';
import { connect as connectTcp } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { type ConnectionOptions, connect as connectTls, createSecureContext } from 'node:tls';

/** What is attacked, on loopback, and for how long. */
export interface AttackOptions {
  port: number;
  /** Certificate authority of the listener, PEM; undefined if it speaks plain HTTP/1.1. */
  ca: string | undefined;
  /** The attack runs until this aborts. */
  signal: AbortSignal;
  /** What the attack has done so far; updated while it runs. */
  tally: Tally;
  /** Network address to attack from, one of 127.0.0.0/8; 127.0.0.1 if undefined. */
  from?: string;
  /** New connections per second; unlimited if undefined. */
  connectionsPerSecond?: number;
  /** How often an attack repeats its requests on a connection, in milliseconds; its usual interval if undefined. */
  repeatMs?: number;
}

/** One attack: resolves once the signal has aborted and its connections are being closed. */
export type Attack = (options: AttackOptions) => Promise<void>;

/** An attack, with a description of its rate. */
export interface EdgeAttack {
  rate: string;
  /** The least it must send in half a minute to count. Checked first: an attack that sends nothing passes everything else. */
  enough: number;
  /** New connections per second when run with other attacks, so that two cores are not busy with TLS handshakes alone. */
  connectionsPerSecond: number;
  run: Attack;
}

/** What an attack did, and how the gateway reacted. */
export interface Tally {
  /** Connections opened. */
  connections: number;
  /** Connections that the gateway closed or refused. */
  ended: number;
  /** Requests, streams or frames sent, depending on the attack. */
  sent: number;
}

/** `tcp` is a connection that never starts TLS. */
export type Protocol = 'http/1.1' | 'h2' | 'tcp';

/** Delay before a connection that the gateway closed is opened again. */
const reopenMs = 1_000;

/** Shared and without verification, so that the attacker takes as little CPU as possible from the gateway. */
const tls: ConnectionOptions = {
  secureContext: createSecureContext(),
  servername: 'localhost',
  rejectUnauthorized: false,
};

/** Opens a bare connection whose errors are ignored. */
function connect({ port, ca, from }: AttackOptions, protocol: Protocol): Socket {
  const address = { host: '127.0.0.1', port, ...(from === undefined ? {} : { localAddress: from }) };
  const socket =
    ca === undefined || protocol === 'tcp'
      ? connectTcp(address)
      : connectTls({ ...address, ...tls, ALPNProtocols: [protocol] });
  socket.on('error', () => {});
  return socket;
}

/**
 * Keeps `count` connections open until the signal aborts. One that the gateway closes is opened again a second later, so that the
 * attack's rate is bounded whatever the gateway does.
 * @param work called for each connection once it is open; may continue until it closes.
 */
export async function keepOpen(
  options: AttackOptions,
  { protocol, count }: { protocol: Protocol; count: number },
  work: (socket: Socket, tally: Tally) => void,
): Promise<void> {
  const { signal, ca, tally, connectionsPerSecond = Number.POSITIVE_INFINITY } = options;
  const began = performance.now();
  let turn = 0;
  // One listener for all connections, because adding and removing one searches all listeners of the signal.
  const open = new Set<Socket>();
  const ended = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  void ended.then(() => {
    for (const socket of open) socket.destroy();
  });
  const one = async (): Promise<void> => {
    while (!signal.aborted) {
      // Spread evenly: unused turns do not accumulate.
      turn = Math.max(turn, performance.now() - began) + 1_000 / connectionsPerSecond;
      const wait = turn - (performance.now() - began);
      if (wait > 1) await pause(wait);
      if (signal.aborted) return;
      const socket = connect(options, protocol);
      open.add(socket);
      tally.connections++;
      socket.once(ca === undefined || protocol === 'tcp' ? 'connect' : 'secureConnect', () => work(socket, tally));
      await new Promise((resolve) => socket.once('close', resolve));
      open.delete(socket);
      if (signal.aborted) return;
      tally.ended++;
      await pause(reopenMs);
    }
  };
  await Promise.race([ended, Promise.all(Array.from({ length: count }, one))]);
}

/** Calls `step` every `ms` milliseconds until the connection closes, unless too many bytes wait to be sent. */
export function every(ms: number, socket: Socket, step: () => void): void {
  const timer = setInterval(() => {
    if (socket.writableLength < 256 * 1024) step();
  }, ms);
  socket.once('close', () => clearInterval(timer));
}
