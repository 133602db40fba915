import type { Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import type { GatewayAddress } from '../harness/gateway-process.ts';
import type { EnrolledAgent, Person } from '../harness/rest.ts';

/** A person with an account and an organization, and an agent enrolled for its cluster `hostile`. */
export interface Tenant {
  person: Person;
  agent: EnrolledAgent;
}

/** What an attacker has: the gateway's address, an account, and an agent enrolled for a cluster of that account. */
export interface SoakContext {
  /** Includes the network address that this attack connects from. */
  gateway: GatewayAddress;
  attacker: Person;
  agent: EnrolledAgent;
  /** Ends the attack. */
  signal: AbortSignal;
  /** Counts what was sent: connections, streams, events. */
  count(events?: number): void;
}

/**
 * An attack on a gateway. Runs until the signal aborts; bounded in rate and in what it holds open, and only on loopback. Refusals
 * and closed connections are not failures.
 */
export interface SoakAttack {
  name: string;
  /** Describes what it sends, and how often. */
  rate: string;
  /** The least it must send in half a minute to count. Checked first: an attack that sends nothing passes everything else. */
  enough: number;
  run(context: SoakContext): Promise<void>;
}

/**
 * The first of an attack's eight network addresses. Each attack has its own, so that a limit per address affects neither the
 * honest tenant nor another attack.
 */
export const addressOfAttack = (index: number): string => `127.0.1.${1 + index * 8}`;

/** Repeats `work`, with a pause after each round, until the signal aborts; errors are ignored. */
export async function repeat(signal: AbortSignal, everyMs: number, work: () => Promise<void> | void): Promise<void> {
  while (!signal.aborted) {
    await Promise.resolve()
      .then(work)
      .catch(() => {});
    await pause(signal, everyMs);
  }
}

/** Sleeps for `ms`, or until the signal aborts. */
export async function pause(signal: AbortSignal, ms: number): Promise<void> {
  await setTimeout(ms, undefined, { signal }).catch(() => {});
}

/** Keeps up to `most` connections open until the signal aborts; those that the gateway closes are replaced. */
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
