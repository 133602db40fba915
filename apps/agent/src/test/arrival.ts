import { once } from 'node:events';
import type { IncomingRequest, OutgoingRequest, RequestHead } from '@postern/tunnel';
import { memoryTunnelPair } from '@postern/tunnel/test';
import { requestHead } from './serving.ts';

/** A request that has arrived at the agent over a tunnel in memory, and that nobody serves yet; the test plays the gateway. */
export interface Arrival extends AsyncDisposable {
  /** The agent's side of it. */
  incoming: IncomingRequest;
  /** The gateway's side of it. */
  outgoing: OutgoingRequest;
}

export async function arrival(
  head: Partial<RequestHead & { kind: 'http' | 'upgrade' }> = {},
  options: { end?: boolean } = {},
): Promise<Arrival> {
  const pair = await memoryTunnelPair();
  const arrived = once(pair.agent, 'request') as Promise<[IncomingRequest]>;
  const outgoing = pair.gateway.request(requestHead(head), options);
  const [incoming] = await arrived;
  return { incoming, outgoing, [Symbol.asyncDispose]: pair.close };
}
