import { useLeakCheck } from '@postern/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { describeEndings } from '../test/endings-compliance.ts';
import { type KubeHarness, kubePath, startKubeHarness } from '../test/kube-harness.ts';

// The port `ClusterConnector` suffices: a second implementation, over one hop to another gateway, behaves like the first.

describe('over one hop', () => describeEndings(() => startKubeHarness({ hop: true })));

describe('a cluster over one hop', () => {
  useLeakCheck();
  let harness: KubeHarness;
  beforeEach(async () => {
    harness = await startKubeHarness({ hop: true });
  });
  afterEach(() => harness.close());

  it('answers a read and a write', async () => {
    harness.onRequest = ({ respond, stream, head }) => {
      const parts: Buffer[] = [];
      stream.on('data', (part: Buffer) => parts.push(part));
      stream.once('end', () => {
        respond({ status: 201, headers: [['content-type', 'application/json']] });
        stream.end(`${head.method} ${Buffer.concat(parts).toString()}`);
      });
    };
    const path = `${kubePath}/api/v1/namespaces/a/configmaps`;
    expect(await harness.fetch(path)).toMatchObject({ status: 201, body: 'GET ' });
    expect(await harness.fetch(path, { method: 'POST', body: '{"kind":"ConfigMap"}' })).toMatchObject({
      status: 201,
      body: 'POST {"kind":"ConfigMap"}',
    });
    expect(harness.hop?.opened).toBe(2);
  });

  it('is offline if the other gateway has no tunnel to it', async () => {
    await harness.dialer.stop();
    const { status, body } = await harness.fetch(`${kubePath}/api/v1/pods`);
    expect(status).toBe(503);
    expect(JSON.parse(body)).toMatchObject({ kind: 'Status', message: expect.stringContaining('The agent of') });
  });
});
