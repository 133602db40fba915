import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { ownIdentitiesOnly } from '@postern/kube';
import type { Identity, OutgoingRequest, RequestHead, Tunnel } from '@postern/tunnel';
import { memoryTunnelPair, testCluster } from '@postern/tunnel/test';
import { pino } from 'pino';
import type { ClusterEndpoint } from '../cluster/endpoint.ts';
import { AgentMetrics } from '../health/metrics.ts';
import type { Policy } from '../serve/operator-policy.ts';
import { serveTunnel } from '../serve/server.ts';
import { Upstream } from '../upstream/upstream.ts';

export const alice: Identity = { user: 'postern:alice@example.com', groups: ['postern:editor', 'postern:viewer'] };

/** No restrictions beyond those that every agent makes. */
export const openPolicy: Policy = {
  readOnly: false,
  identities: ownIdentitiesOnly,
  namespaces: null,
  allowProxy: true,
};

/** An agent that serves a tunnel in memory, in front of an upstream; the test plays the gateway. */
export interface ServingAgent extends AsyncDisposable {
  gateway: Tunnel;
  upstream: Upstream;
  metrics: AgentMetrics;
  request(head: Partial<RequestHead & { kind: 'http' | 'upgrade' }>, options?: { end?: boolean }): OutgoingRequest;
}

export async function servingAgent(endpoint: ClusterEndpoint, policy: Policy = openPolicy): Promise<ServingAgent> {
  const pair = await memoryTunnelPair();
  const upstream = new Upstream(endpoint);
  const metrics = new AgentMetrics({ tunnels: () => 1, roundTripMs: () => undefined, upstream });
  serveTunnel(pair.agent, { upstream, policy, metrics, logger: pino({ level: 'silent' }) });
  return {
    gateway: pair.gateway,
    upstream,
    metrics,
    request: (head, options) => pair.gateway.request(requestHead(head), options ?? {}),
    [Symbol.asyncDispose]: async () => {
      upstream.close();
      await pair.close();
    },
  };
}

/** The head of alice's request for a list of pods, with changes. */
export function requestHead(changes: Partial<RequestHead & { kind: 'http' | 'upgrade' }> = {}): RequestHead {
  return {
    kind: 'http',
    cluster: testCluster,
    method: 'GET',
    path: '/api/v1/namespaces/demo/pods',
    headers: [],
    identity: alice,
    ...changes,
  } as RequestHead;
}

export async function textOf(stream: Readable): Promise<string> {
  return (await bytesOf(stream)).toString('utf8');
}

/** All bytes up to the end; leaves the other direction of a Duplex alone, unlike `for await`. Rejects if there is no end. */
export async function bytesOf(stream: Readable): Promise<Buffer> {
  const { bytes, end } = await received(stream);
  if (end === 'complete') return bytes;
  throw stream.errored ?? new Error('the stream closed without an end');
}

/** What a reader of a stream received. */
export interface Received {
  bytes: Buffer;
  /** `complete`, the code of a reset, or `closed`. */
  end: string;
}

/** Reads until the stream ends in any way. Never rejects. */
export function received(stream: Readable): Promise<Received> {
  return new Promise((resolve) => {
    const parts: Buffer[] = [];
    const finish = (end: string): void => resolve({ bytes: Buffer.concat(parts), end });
    stream.on('data', (part: Buffer) => parts.push(part));
    stream.once('end', () => finish('complete'));
    stream.once('error', (error: { code?: string }) => finish(error.code ?? 'error'));
    stream.once('close', () => finish('closed'));
    if (stream.destroyed) finish((stream.errored as { code?: string } | null)?.code ?? 'closed');
  });
}

export function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
