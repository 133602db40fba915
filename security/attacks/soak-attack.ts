import type { Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import type { GatewayAddress } from '../harness/gateway-process.ts';
import type { EnrolledAgent, Person } from '../harness/rest.ts';

/** Somebody with an account, an organization, and an agent enrolled for its cluster `hostile`. */
export interface Tenant {
  person: Person;
  agent: EnrolledAgent;
}

/** What an attacker has: the gateway's address, a computer, an account of their own, and an agent enrolled for a cluster of theirs. */
export interface SoakContext {
  /** To be reached from this attack's own address. */
  gateway: GatewayAddress;
  attacker: Person;
  agent: EnrolledAgent;
  /** Ends the attack. */
  signal: AbortSignal;
  /** Notes that something was sent: a connection, a stream, an event. */
  count(events?: number): void;
}

/**
 * One way to hurt a gateway. Goes on until the signal; bounded in rate and in what it holds open, and on loopback only. What the
 * gateway does to it (refusals, closed connections) is no failure.
 */
export interface SoakAttack {
  name: string;
  /** In words, how much of what it sends. */
  rate: string;
  /** An attack that sent less than this in half a minute was none: that is looked at first, since it would make everything look well. */
  enough: number;
  run(context: SoakContext): Promise<void>;
}

/**
 * Each attack comes from addresses of its own, at most eight, so that a limit for an address meets the attack and neither the
 * honest tenant nor another attack.
 */
export const addressOfAttack = (index: number): string => `127.0.1.${1 + index * 8}`;

/** Does something again and again with a pause between, until the signal; what is thrown ends one round only. */
export async function repeat(signal: AbortSignal, everyMs: number, work: () => Promise<void> | void): Promise<void> {
  while (!signal.aborted) {
    await Promise.resolve()
      .then(work)
      .catch(() => {});
    await pause(signal, everyMs);
  }
}

/** Sleeps, and wakes at the signal. */
export async function pause(signal: AbortSignal, ms: number): Promise<void> {
  await setTimeout(ms, undefined, { signal }).catch(() => {});
}

/** Keeps up to `most` connections open until the signal; those that the gateway closes are made anew. */
export async function holdOpen(
  { signal, count }: SoakContext,
  options: { most: number; perSecond: number; open: () => Promise<Socket> },
): Promise<void> {
  const open = new Set<Socket>();
  await repeat(signal, 1_000 / options.perSecond, async () => {
    if (open.size >= options.most) return;
    const socket = await options.open();
    count();
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  for (const socket of open) socket.destroy();
}
