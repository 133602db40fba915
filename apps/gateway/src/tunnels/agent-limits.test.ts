import { until, useLeakCheck } from '@postern/testkit';
import { type AgentReport, generateAgentKey, type TunnelDialer } from '@postern/tunnel';
import { afterEach, describe, expect, it } from 'vitest';
import { Limits } from '../limits/limits.ts';
import { defaultLimits, type LimitSettings } from '../limits/settings.ts';
import { acme, clusterId, type KubeHarness, kubePath, startKubeHarness } from '../test/kube-harness.ts';
import { AgentLimits } from './agent-limits.ts';

useLeakCheck();

let harness: KubeHarness;
let refused: string[];
afterEach(() => harness.close());

async function start(settings: Partial<LimitSettings>): Promise<void> {
  // Its clock stands still, so nothing is allowed again in the meantime.
  const limits = new Limits({ ...defaultLimits, ...settings }, () => 0);
  refused = [];
  limits.on('refused', (name) => refused.push(name));
  harness = await startKubeHarness({ limits });
}

interface Refusal {
  code: number;
  reason: string;
}

/** Opens a tunnel. `end`: why it was closed at once; undefined if it stays open. */
async function dial(
  options: Parameters<KubeHarness['newDialer']>[0],
): Promise<{ dialer: TunnelDialer; end?: Refusal }> {
  const dialer = harness.newDialer(options);
  const before = harness.directory.connected.length;
  let end: Refusal | undefined;
  dialer.on('disconnected', (ended) => {
    end ??= ended;
  });
  dialer.start();
  await until(() => end !== undefined || harness.directory.connected.length > before);
  return end === undefined ? { dialer } : { dialer, end };
}

function newAgent(agentId: string, organizationId = acme) {
  const keys = generateAgentKey();
  harness.directory.agents.set(agentId, { clusterId, publicKeyPem: keys.publicKeyPem, organizationId });
  return { agentId, privateKeyPem: keys.privateKeyPem };
}

describe('tunnels', () => {
  it('of one agent are limited, whatever slots it claims; one too many is closed with the reason', async () => {
    await start({ tunnelsPerAgent: 4 });
    for (const slot of [1, 2, 3]) expect((await dial({ slot })).end).toBeUndefined();
    for (const slot of [4, 5, 255]) {
      const { dialer, end } = await dial({ slot });
      expect(end).toMatchObject({ code: 4429, reason: expect.stringContaining('4 tunnels') });
      await dialer.stop();
    }
    expect(refused).toEqual(['tunnelsPerAgent', 'tunnelsPerAgent', 'tunnelsPerAgent']);
    expect(harness.registry.of(clusterId)).toHaveLength(4);
    expect((await harness.fetch(`${kubePath}/api/v1/pods`)).status).toBe(200);
  });

  it('that end release their place, and one that reconnects reuses its own', async () => {
    await start({ tunnelsPerAgent: 2 });
    const second = await dial({ slot: 1 });
    for (let round = 0; round < 5; round++) {
      const again = await dial({ slot: 1 });
      expect(again.end).toBeUndefined();
      const refused = await dial({ slot: 2 });
      expect(refused.end?.code).toBe(4429);
      // Otherwise it would try again, and could take the place that ends below.
      await refused.dialer.stop();
    }
    await second.dialer.stop();
    await harness.dialer.stop();
    await until(() => harness.registry.of(clusterId).length < 2);
    expect((await dial({ slot: 9 })).end).toBeUndefined();
  });

  it('of one organization are limited, across all its agents', async () => {
    await start({ tunnelsPerOrganization: 3 });
    const other = newAgent('agent-2');
    expect((await dial({ ...other, slot: 0 })).end).toBeUndefined();
    expect((await dial({ ...other, slot: 1 })).end).toBeUndefined();
    expect((await dial({ slot: 1 })).end).toMatchObject({
      code: 4429,
      reason: expect.stringContaining('organization'),
    });
    expect((await dial({ ...newAgent('agent-3', '0190bbbb-0000-7000-8000-00000000ffff') })).end).toBeUndefined();
    // A tunnel refused for its organization takes no place of its agent.
    expect(new Set(refused)).toEqual(new Set(['tunnelsPerOrganization']));
  });
});

describe('reports', () => {
  const report: AgentReport = { agentVersion: '0.1.0', instance: 'pod-1', location: 'outside' };

  function send(): Promise<unknown> {
    const sent = harness.dialer.tunnel?.request({ kind: 'report', cluster: clusterId, report }, { end: true });
    sent?.stream.on('error', () => {});
    sent?.stream.resume();
    return sent?.response ?? Promise.reject(new Error('no tunnel'));
  }

  it('of one agent are limited per minute', async () => {
    await start({});
    for (let count = 0; count < 60; count++) await send();
    await expect(send()).rejects.toThrow('too many reports');
    expect(harness.directory.reports).toHaveLength(60);
    expect((await harness.fetch(`${kubePath}/api/v1/pods`)).status).toBe(200);
  });

  it('must have no body', async () => {
    await start({});
    const sent = harness.dialer.tunnel?.request({ kind: 'report', cluster: clusterId, report });
    sent?.response.catch(() => {});
    let error: Error | undefined;
    sent?.stream.on('error', (thrown: Error) => {
      error = thrown;
    });
    sent?.stream.resume();
    sent?.stream.write(Buffer.alloc(10_000));
    await until(() => error !== undefined);
    expect(error?.message).toContain('a report has no body');
  });
});

it('connections per minute are limited for each agent separately', async () => {
  await start({});
  let now = 0;
  const limits = new AgentLimits(new Limits(defaultLimits, () => now));
  const count = (agentId: string): number => {
    let connects = 0;
    while (limits.mayConnect(agentId)) connects++;
    return connects;
  };
  expect([count('a'), count('b')]).toEqual([240, 240]);
  now = 1_000;
  expect(count('a')).toBe(4);
});
