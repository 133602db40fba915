import type { GatewayAddress } from '../harness/gateway-process.ts';
import type { Person, Rest } from '../harness/rest.ts';
import type { Random } from './random.ts';

/** What targets work with: a running gateway and a tenant who attacks it. */
export interface FuzzHarness {
  gateway: GatewayAddress;
  rest: Rest;
  attacker: Person;
}

interface Common<Case> {
  name: string;
  /** Its share of a run's cases, relative to the other targets. */
  weight: number;
  make(random: Random): Case;
  /** The case as one line for a report. */
  describe(sample: Case): string;
}

/** A function without I/O that parses untrusted input. `check` throws if it misbehaves. */
export interface PureTarget<Case> extends Common<Case> {
  kind: 'pure';
  check(sample: Case): void;
}

/** A listener of the gateway. */
export interface ListenerTarget<Case> extends Common<Case> {
  kind: 'listener';
  /** Whether it needs the TLS listener. */
  tls: boolean;
  /** Cases between two honest requests. */
  batch: number;
  /** Sets up what all batches share, such as an agent. */
  open(harness: FuzzHarness): Promise<Sender<Case>>;
}

interface Sender<Case> {
  /**
   * Sends every case and waits until the gateway has processed it. Rejects if a response is wrong; broken connections are
   * expected.
   */
  send(cases: readonly Case[]): Promise<void>;
  close(): Promise<void> | void;
}

// biome-ignore lint/suspicious/noExplicitAny: targets have different types of cases; each only gets its own.
export type Target = PureTarget<any> | ListenerTarget<any>;

/** Bytes in readable form: escaped, at most 600 characters. */
export function printable(bytes: Uint8Array | string): string {
  const text = typeof bytes === 'string' ? bytes : Buffer.from(bytes).toString('latin1');
  const shown = JSON.stringify(text);
  return shown.length <= 600 ? shown : `${shown.slice(0, 600)}… (${text.length} in all)`;
}
