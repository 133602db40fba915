import { createHash } from 'node:crypto';
import type { IncomingRequest, RequestHead, TunnelDialer } from '@postern/tunnel';
import type { GatewayAddress } from '../harness/gateway-process.ts';
import type { Person, Rest } from '../harness/rest.ts';
import { dialTunnel } from '../harness/tunnel-agent.ts';

type HttpHead = Extract<RequestHead, { kind: 'http' | 'upgrade' }>;
/** A request as it arrives at the cluster, with the number of its case. */
export type HostileRequest = IncomingRequest & { head: HttpHead; number: number };

/** The name in a request's path that identifies its case. */
export const nameOf = (number: number): string => `case-${number}`;

/** A cluster whose agent may answer anything. */
export class HostileCluster {
  /** Answers the requests; replaced for each batch. */
  onRequest: (request: HostileRequest) => void = () => {};
  readonly name: string;
  readonly #dialer: TunnelDialer;

  private constructor(name: string, dialer: TunnelDialer) {
    this.name = name;
    this.#dialer = dialer;
  }

  static async connect(
    harness: { gateway: GatewayAddress; rest: Rest; attacker: Person },
    name: string,
  ): Promise<HostileCluster> {
    const agent = await harness.rest.enroll(await harness.rest.createCluster(harness.attacker, name));
    let cluster: HostileCluster | undefined;
    const dialer = await dialTunnel(harness.gateway, agent, (request) => {
      const { head } = request;
      if (head.kind !== 'http' && head.kind !== 'upgrade') return;
      const number = Number(/case-(\d+)/.exec(head.path)?.[1] ?? -1);
      cluster?.onRequest({ ...request, head, number });
    });
    cluster = new HostileCluster(name, dialer);
    return cluster;
  }

  close(): Promise<void> {
    return this.#dialer.stop();
  }
}

/** The header fields of a 101 that accepts a WebSocket, as an apiserver sends them. */
export function webSocketAccepted(head: HttpHead, protocol = 'v5.channel.k8s.io'): [string, string][] {
  const key = head.headers.find(([name]) => name === 'sec-websocket-key')?.[1] ?? '';
  const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
  return [
    ['connection', 'Upgrade'],
    ['upgrade', 'websocket'],
    ['sec-websocket-accept', accept],
    ['sec-websocket-protocol', protocol],
  ];
}
