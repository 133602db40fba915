import { createPrivateKey } from 'node:crypto';
import { once } from 'node:events';
import { connect, type TLSSocket } from 'node:tls';
import { selfSigned, type TestCertificate } from '@postern/testkit';
import { type RequestHead, TunnelDialer, webSocketClientOptions } from '@postern/tunnel';
import { pino } from 'pino';
import { WebSocket } from 'ws';
import { AgentMetrics } from '../../apps/agent/src/health/metrics.ts';
import type { Policy } from '../../apps/agent/src/serve/operator-policy.ts';
import { serveTunnel } from '../../apps/agent/src/serve/server.ts';
import { type RawApiserver, rawApiserver } from '../../apps/agent/src/test/apiserver.ts';
import { openPolicy, received, type ServingAgent, servingAgent } from '../../apps/agent/src/test/serving.ts';
import { Upstream } from '../../apps/agent/src/upstream/upstream.ts';
import { type GatewayHarness, type Person, startGatewayHarness } from '../../apps/gateway/src/test/gateway-harness.ts';

/** What the apiserver of these tests answers to anything: an empty list, and the connection stays open. */
const emptyList =
  'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 36\r\n\r\n{"kind":"List","apiVersion":"v1"}   ';

let certificate: Promise<TestCertificate> | undefined;
/** One certificate for all tests of a file, because making one takes longer than most tests. */
function testCertificate(): Promise<TestCertificate> {
  certificate ??= selfSigned();
  return certificate;
}

/** What the apiserver does with a request: text to write, or the connection to do anything with. */
type Answer = string | ((head: string, socket: TLSSocket) => void);

/** An apiserver that records the raw bytes of every request, as text in latin1. */
async function recordingApiserver(answer: Answer = emptyList): Promise<RawApiserver> {
  const respond =
    typeof answer === 'string'
      ? (_head: string, socket: TLSSocket) => void socket.write(Buffer.from(answer, 'latin1'))
      : answer;
  return rawApiserver(await testCertificate(), respond);
}

/** What a request got, and the heads that the apiserver received because of it. */
interface Outcome {
  /** HTTP status, or the code with which the agent reset the stream. */
  answer: number | string;
  text: string;
  /** Raw request heads, up to the blank line. Empty: nothing reached the apiserver ("0→API"). */
  api: string[];
}

export interface AgentUnderTest extends AsyncDisposable {
  api: RawApiserver;
  /** Sends a request as a gateway would, valid unless changed; a gateway that was broken into can change anything. */
  send(changes: Partial<RequestHead & { kind: 'http' | 'upgrade' }>): Promise<Outcome>;
}

/** A real agent in front of a recording apiserver; the test plays the gateway. */
export async function agentUnderTest(policy: Partial<Policy> = {}, answer?: Answer): Promise<AgentUnderTest> {
  const api = await recordingApiserver(answer);
  const agent: ServingAgent = await servingAgent(api.endpoint, { ...openPolicy, ...policy });
  return {
    api,
    send: async (changes) => {
      const before = api.requests.length;
      // A head that our own side of the tunnel refuses to encode never leaves the gateway; that counts as refused, too.
      const outcome = await exchange(agent, changes).catch((error: { code?: string; name?: string }) => ({
        answer: error.code ?? error.name ?? 'error',
        text: '',
      }));
      return { ...outcome, api: headsSince(api, before) };
    },
    [Symbol.asyncDispose]: async () => {
      await agent[Symbol.asyncDispose]();
      await api.close();
    },
  };
}

async function exchange(
  agent: ServingAgent,
  changes: Partial<RequestHead & { kind: 'http' | 'upgrade' }>,
): Promise<{ answer: number; text: string }> {
  const { stream, response } = agent.request(changes, { end: changes.kind !== 'upgrade' });
  stream.on('error', () => {});
  const { status } = await response;
  // After a 101 the connection stays open.
  const text = status === 101 ? '' : (await received(stream)).bytes.toString();
  stream.destroy();
  return { answer: status, text };
}

/** Opens a TLS connection to the gateway's port that speaks HTTP/1.1, for what one request and its answer cannot say. */
export async function dialGateway({ port, caPem }: Pick<GatewayHarness, 'port' | 'caPem'>): Promise<TLSSocket> {
  const socket = connect({ port, host: 'localhost', ca: caPem, ALPNProtocols: ['http/1.1'] });
  // A connection that is cut is an end like any other here.
  socket.on('error', () => {});
  await once(socket, 'secureConnect');
  return socket;
}

const headsSince = (api: RawApiserver, before: number): string[] => api.requests.slice(before).map(({ head }) => head);

export interface Product extends AsyncDisposable {
  gateway: GatewayHarness;
  api: RawApiserver;
  owner: Person;
  /** The path of the cluster at the kube endpoint, without a slash at the end. */
  cluster: string;
  /** Sends bytes as they are to the gateway's port over TLS. @returns all that it answers until it closes the connection. */
  raw(bytes: string): Promise<Outcome>;
  /** Sends a request of the owner to the cluster: `line` is `GET /api/v1/pods`, below the cluster's path. */
  ask(line: string, headers?: readonly [name: string, value: string][]): Promise<Outcome>;
}

/** A complete gateway with its database, a real agent, and a recording apiserver behind it. */
export async function startProduct(
  options: { policy?: Partial<Policy>; answer?: Answer; environment?: Record<string, string> } = {},
): Promise<Product> {
  const api = await recordingApiserver(options.answer);
  const gateway = await startGatewayHarness(options.environment);
  const owner = await gateway.signUp('owner');
  const { joining } = await gateway.createCluster(owner, 'prod');
  const agent = await dialAgent(gateway, joining.joinToken, { api, policy: { ...openPolicy, ...options.policy } });
  const cluster = `/k8s/${owner.slug}/prod`;
  const raw = async (bytes: string): Promise<Outcome> => {
    const before = api.requests.length;
    const text = await sendRaw(gateway, bytes);
    return { answer: Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0), text, api: headsSince(api, before) };
  };
  return {
    gateway,
    api,
    owner,
    cluster,
    raw,
    ask: (line, headers = []) => {
      const [method = '', path = ''] = line.split(' ');
      const lines = [
        ['Host', `localhost:${gateway.port}`],
        ['Authorization', `Bearer ${owner.token}`],
        ...(headers.some(([, value]) => /^upgrade$/i.test(value)) ? [] : [['Connection', 'close']]),
        ...headers,
      ];
      return raw(
        `${method} ${cluster}${path} HTTP/1.1\r\n${lines.map((pair) => pair.join(': ')).join('\r\n')}\r\n\r\n`,
      );
    },
    [Symbol.asyncDispose]: async () => {
      await agent.stop();
      await gateway.stop();
      await api.close();
    },
  };
}

async function dialAgent(
  gateway: GatewayHarness,
  joinToken: string,
  { api, policy }: { api: RawApiserver; policy: Policy },
): Promise<{ stop(): Promise<void> }> {
  const enrolled = await gateway.enroll(joinToken);
  const dialer = new TunnelDialer({
    urls: enrolled.tunnelUrls,
    agentId: enrolled.agentId,
    clusterId: enrolled.clusterId,
    instance: 'threats',
    version: '0.1.0',
    privateKey: createPrivateKey(enrolled.privateKeyPem),
    createWebSocket: (url, protocols) =>
      new WebSocket(url, protocols, { ...webSocketClientOptions, ca: gateway.caPem }),
  });
  const upstream = new Upstream(api.endpoint);
  const metrics = new AgentMetrics({ tunnels: () => 1, roundTripMs: () => undefined, upstream });
  dialer.on('connected', (tunnel) =>
    serveTunnel(tunnel, { upstream, policy, metrics, logger: pino({ level: 'silent' }) }),
  );
  const connected = once(dialer, 'connected');
  dialer.start();
  await connected;
  return {
    stop: async () => {
      await dialer.stop();
      upstream.close();
    },
  };
}

async function sendRaw(gateway: GatewayHarness, bytes: string): Promise<string> {
  const socket = await dialGateway(gateway);
  const parts: Buffer[] = [];
  socket.on('data', (part: Buffer) => parts.push(part));
  const closed = once(socket, 'close');
  socket.write(Buffer.from(bytes, 'latin1'));
  await closed;
  return Buffer.concat(parts).toString('latin1');
}

/** The values of a header in a raw request head, in order. */
export function valuesOf(head: string, name: string): string[] {
  return head
    .split('\r\n')
    .slice(1)
    .filter((line) => line.toLowerCase().startsWith(`${name}:`))
    .map((line) => line.slice(name.length + 1).trim());
}
