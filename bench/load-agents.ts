import { createPrivateKey } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { generateAgentKey, TunnelDialer, webSocketClientOptions } from '@postern/tunnel';
import { WebSocket } from 'ws';

/**
 * A process with many idle agents: it signs up, creates a cluster for each agent, enrols it with its own key and keeps its tunnel
 * open. Started by memory.ts; sends `ready` over IPC once all are connected.
 */
export interface LoadOptions {
  url: string;
  caFile: string;
  agents: number;
}

interface SignedIn {
  token: { secret: string };
  organizations: { slug: string }[];
}

const options = JSON.parse(process.argv[2] ?? '{}') as LoadOptions;
const ca = readFileSync(options.caFile);
const agent = new Agent({ keepAlive: true, maxSockets: 8, ca });

async function call<T>(path: string, token: string | undefined, body: unknown): Promise<T> {
  const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) };
  for (;;) {
    const sent = request(`${options.url}/api/v1${path}`, { method: 'POST', agent, headers });
    sent.end(JSON.stringify(body));
    const [response] = (await once(sent, 'response')) as [import('node:http').IncomingMessage];
    let text = '';
    response.setEncoding('utf8');
    for await (const piece of response) text += piece;
    if (response.statusCode === 429 && text.includes('"rate-limited"')) {
      const seconds = Number(response.headers['retry-after'] ?? 1);
      await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
      continue;
    }
    if (response.statusCode !== 201 && response.statusCode !== 200)
      throw new Error(`${path}: ${response.statusCode} ${text}`);
    return JSON.parse(text) as T;
  }
}

async function connectAgent(index: number, token: string, organization: string): Promise<TunnelDialer> {
  const { joining } = await call<{ joining: { joinToken: string } }>(`/organizations/${organization}/clusters`, token, {
    name: `load-${index}`,
  });
  const key = generateAgentKey();
  const instance = `load-${index}`;
  const enrolled = await call<{ agentId: string; clusterId: string; tunnelUrls: string[] }>(
    '/agents/enroll',
    joining.joinToken,
    {
      publicKey: key.publicKeyPem,
      version: '0.1.0',
      instance,
      location: 'outside',
    },
  );
  const dialer = new TunnelDialer({
    urls: enrolled.tunnelUrls,
    agentId: enrolled.agentId,
    clusterId: enrolled.clusterId,
    instance,
    version: '0.1.0',
    privateKey: createPrivateKey(key.privateKeyPem),
    createWebSocket: (url, protocols) => new WebSocket(url, protocols, { ...webSocketClientOptions, ca }),
  });
  dialer.on('refused', ({ name, reason }) => process.stderr.write(`agent ${index}: ${name} ${reason}\n`));
  dialer.start();
  await once(dialer, 'connected');
  return dialer;
}

/** Fewer than an organization may have (POSTERN_CLUSTERS_PER_ORGANIZATION). */
const agentsPerOrganization = 400;

/** Connects agents `from` to `to` (exclusive), eight at a time, in a new organization. */
async function connectOrganization(from: number, to: number): Promise<TunnelDialer[]> {
  const name = `load-${Date.now()}-${from}`;
  const { token, organizations } = await call<SignedIn>('/auth/sign-up', undefined, {
    email: `${name}@example.com`,
    password: 'correct horse battery staple',
    organization: name,
    token: { name: 'load', expiresInSeconds: 3600 },
  });
  const organization = organizations[0]?.slug ?? '';
  const dialers: TunnelDialer[] = [];
  let next = from;
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      while (next < to) dialers.push(await connectAgent(next++, token.secret, organization));
    }),
  );
  return dialers;
}

const dialers: TunnelDialer[] = [];
for (let from = 0; from < options.agents; from += agentsPerOrganization) {
  dialers.push(...(await connectOrganization(from, Math.min(from + agentsPerOrganization, options.agents))));
}
agent.destroy();
process.send?.('ready');
process.on('SIGTERM', () => {
  void Promise.all(dialers.map((dialer) => dialer.stop())).then(() => process.exit(0));
});
