import { createPrivateKey } from 'node:crypto';
import { once } from 'node:events';
import type { AuditEvent, Enrolled } from '@postern/contracts';
import { type IncomingRequest, type RequestHead, TunnelDialer, webSocketClientOptions } from '@postern/tunnel';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { type GatewayHarness, type Person, startGatewayHarness } from '../test/gateway-harness.ts';

let harness: GatewayHarness;
let ada: Person;
const dialers: TunnelDialer[] = [];

beforeAll(async () => {
  harness = await startGatewayHarness();
  ada = await harness.signUp('ada');
});
afterEach(() => Promise.all(dialers.splice(0).map((dialer) => dialer.stop())));
afterAll(() => harness.stop());

function newDialer(enrolled: Enrolled & { privateKeyPem: string }): TunnelDialer {
  const dialer = new TunnelDialer({
    urls: enrolled.tunnelUrls,
    agentId: enrolled.agentId,
    clusterId: enrolled.clusterId,
    instance: 'test',
    version: '0.1.0',
    privateKey: createPrivateKey(enrolled.privateKeyPem),
    createWebSocket: (url, protocols) =>
      new WebSocket(url, protocols, { ...webSocketClientOptions, ca: harness.caPem }),
  });
  dialers.push(dialer);
  return dialer;
}

/** The close code with which the gateway refuses an agent. */
async function refusal(enrolled: Enrolled & { privateKeyPem: string }): Promise<number> {
  const dialer = newDialer(enrolled);
  const refused = once(dialer, 'refused');
  dialer.start();
  return (await refused)[0].code;
}

/** Connects an agent that answers every request with the head that it received. */
async function connect(enrolled: Enrolled & { privateKeyPem: string }): Promise<TunnelDialer> {
  const dialer = newDialer(enrolled);
  const connected = once(dialer, 'connected');
  dialer.start();
  const [tunnel] = await connected;
  tunnel.on('request', ({ head, stream, respond }: IncomingRequest) => {
    stream.resume();
    respond({ status: 200, headers: [['content-type', 'application/json']] });
    stream.end(JSON.stringify(head));
  });
  return dialer;
}

/** The close code that ends the dialer's tunnel. */
async function cutOff(dialer: TunnelDialer): Promise<number> {
  const [{ code }] = await Promise.race([once(dialer, 'disconnected'), once(dialer, 'refused')]);
  return code;
}

/** How long to wait for something that takes a moment, on a machine that is busy with other work. */
const patienceMs = 10_000;

async function clusterIs(name: string, status: string): Promise<void> {
  await vi.waitFor(async () => {
    const { json } = await harness.ask('GET', `/api/v1/organizations/ada/clusters/${name}`, { token: ada.token });
    expect(json.status).toBe(status);
  }, patienceMs);
}

it('an agent is online, gets requests on behalf of the user, and completes the checklist', async () => {
  const { joining } = await harness.createCluster(ada, 'prod');
  const dialer = await connect(await harness.enroll(joining.joinToken));
  await clusterIs('prod', 'online');
  const reply = await harness.ask('GET', '/k8s/ada/prod/api/v1/pods?limit=5', { token: ada.token });
  const head: Extract<RequestHead, { path: string }> = reply.json;
  expect(head).toMatchObject({
    path: '/api/v1/pods?limit=5',
    identity: { user: 'postern:ada@example.com', groups: ['postern:admin'] },
  });
  expect(reply.text).not.toContain(ada.token);
  await vi.waitFor(async () => {
    const { json } = await harness.ask('GET', '/api/v1/organizations/ada/clusters/prod', { token: ada.token });
    expect(json.joining.firstRequestServed).not.toBeNull();
    expect(json.agent.roundTripMs).toBeGreaterThan(0);
  }, patienceMs);
  await dialer.stop();
  await clusterIs('prod', 'offline');
});

/** The reasons for which an agent was refused, as the audit trail of Ada's organization has them. */
async function recordedRefusals({ agentId }: Enrolled): Promise<string[]> {
  const path = '/api/v1/organizations/ada/audit?action=agent.connect&limit=200';
  const { json } = await harness.ask('GET', path, { token: ada.token });
  return json.items
    .filter(({ actor, decision }: AuditEvent) => actor.id === agentId && decision === 'refused')
    .map(({ reason }: AuditEvent) => reason);
}

it('an agent is disconnected when its cluster is deleted, and then refused', async () => {
  const { joining } = await harness.createCluster(ada, 'doomed');
  const enrolled = await harness.enroll(joining.joinToken);
  const dialer = await connect(enrolled);
  await clusterIs('doomed', 'online');
  const cut = cutOff(dialer);
  await harness.ask('DELETE', '/api/v1/organizations/ada/clusters/doomed', { token: ada.token });
  expect(await cut).toBe(4403);
  for (let time = 0; time < 3; time++) expect([4401, 4403]).toContain(await refusal(enrolled));
  // Once, however often it dials.
  await vi.waitFor(async () => expect(await recordedRefusals(enrolled)).toHaveLength(1), patienceMs);
  expect(await recordedRefusals(enrolled)).toEqual([expect.stringContaining('no longer, enrolled')]);
});

it('an agent is disconnected when its cluster is enrolled again, and the new one takes over', async () => {
  const { joining } = await harness.createCluster(ada, 'moved');
  const old = await connect(await harness.enroll(joining.joinToken));
  await clusterIs('moved', 'online');
  const cut = cutOff(old);
  const path = '/api/v1/organizations/ada/clusters/moved/join-tokens';
  const { json } = await harness.ask('POST', path, { token: ada.token });
  const enrolled = await harness.enroll(json.joinToken);
  expect(await cut).toBe(4403);
  await connect(enrolled);
  await clusterIs('moved', 'online');
  expect((await harness.ask('GET', '/k8s/ada/moved/version', { token: ada.token })).status).toBe(200);
});

it('an agent cannot impersonate another: by its key, cluster or id', async () => {
  const [one, other] = await Promise.all([harness.createCluster(ada, 'one'), harness.createCluster(ada, 'other')]);
  const [first, second] = [await harness.enroll(one.joining.joinToken), await harness.enroll(other.joining.joinToken)];
  const impostors = [
    { ...first, privateKeyPem: second.privateKeyPem },
    { ...first, clusterId: second.clusterId },
    { ...first, agentId: second.agentId },
  ];
  for (const impostor of impostors) expect([4401, 4403]).toContain(await refusal(impostor));
  // Neither a cluster nor an agent that does not belong to the other counts as known.
  await vi.waitFor(async () => {
    expect(await recordedRefusals(first)).toEqual(['the signature does not match the key of this agent']);
  }, patienceMs);
  expect(await recordedRefusals(second)).toEqual([]);
  await clusterIs('one', 'pending');
  await clusterIs('other', 'pending');
});
