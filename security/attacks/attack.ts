import type { Socket } from 'node:net';
import { connect as connectTcp } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { type ConnectionOptions, connect as connectTls, createSecureContext } from 'node:tls';

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
  /** Connections opened in a second; as many as the attack wants, all at once, when undefined. */
  connectionsPerSecond?: number;
}

/** One attack: resolves once the signal has aborted and its connections are being closed. */
export type Attack = (options: AttackOptions) => Promise<void>;

/** An attack, and in words how much of what it sends. */
export interface EdgeAttack {
  rate: string;
  /** An attack that sent less than this in half a minute was none: that is looked at first, since it would make everything look well. */
  enough: number;
  /** Opened in a second beside other attacks, so that two cores have more to do than to shake hands. */
  connectionsPerSecond: number;
  run: Attack;
}

/** What an attack did, and what the gateway did to it. */
export interface Tally {
  /** Connections opened. */
  connections: number;
  /** Connections that the gateway ended or refused. */
  ended: number;
  /** Requests, streams or frames sent, whichever the attack is made of. */
  sent: number;
}

/** `tcp` is a connection that does not even begin TLS. */
export type Protocol = 'http/1.1' | 'h2' | 'tcp';

/** How long a connection that the gateway ended stays closed. */
const reopenMs = 1_000;

/** Made once: an attacker asks neither for a new one nor whom it speaks to, and what that takes is the machine's. */
const tls: ConnectionOptions = {
  secureContext: createSecureContext(),
  servername: 'localhost',
  rejectUnauthorized: false,
};

/** A bare connection; never emits an error that nobody handles. */
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
 * Keeps `count` connections open until the signal aborts: one that the gateway ends is opened again a second later, so that an
 * attack is bounded however it is answered.
 * @param work is called for each connection once it is open, and may go on until it closes.
 */
export async function keepOpen(
  options: AttackOptions,
  { protocol, count }: { protocol: Protocol; count: number },
  work: (socket: Socket, tally: Tally) => void,
): Promise<void> {
  const { signal, ca, tally, connectionsPerSecond = Number.POSITIVE_INFINITY } = options;
  const began = performance.now();
  let turn = 0;
  // One listener for all: a signal looks through those it has for each that comes and goes.
  const open = new Set<Socket>();
  const ended = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  void ended.then(() => {
    for (const socket of open) socket.destroy();
  });
  const one = async (): Promise<void> => {
    while (!signal.aborted) {
      // Evenly spread: nobody saves up turns.
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

/** Calls `step` every so often until the connection closes; not while it does not take what was written. */
export function every(ms: number, socket: Socket, step: () => void): void {
  const timer = setInterval(() => {
    if (socket.writableLength < 256 * 1024) step();
  }, ms);
  socket.once('close', () => clearInterval(timer));
}
