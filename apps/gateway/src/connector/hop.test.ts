import { useLeakCheck } from '@postern/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { describeEndings } from '../test/endings-compliance.ts';
import { type KubeBed, kubePath, startKubeBed } from '../test/kube-bed.ts';

// The port `ClusterConnector` is enough: a second implementation, over one hop to another gateway, serves as the first does.

describe('over one hop', () => describeEndings(() => startKubeBed({ hop: true })));

describe('a cluster over one hop', () => {
  useLeakCheck();
  let bed: KubeBed;
  beforeEach(async () => {
    bed = await startKubeBed({ hop: true });
  });
  afterEach(() => bed.close());

  it('answers a read and a write', async () => {
    bed.onRequest = ({ respond, stream, head }) => {
      const parts: Buffer[] = [];
      stream.on('data', (part: Buffer) => parts.push(part));
      stream.once('end', () => {
        respond({ status: 201, headers: [['content-type', 'application/json']] });
        stream.end(`${head.method} ${Buffer.concat(parts).toString()}`);
      });
    };
    const path = `${kubePath}/api/v1/namespaces/a/configmaps`;
    expect(await bed.fetch(path)).toMatchObject({ status: 201, body: 'GET ' });
    expect(await bed.fetch(path, { method: 'POST', body: '{"kind":"ConfigMap"}' })).toMatchObject({
      status: 201,
      body: 'POST {"kind":"ConfigMap"}',
    });
    expect(bed.hop?.opened).toBe(2);
  });

  it('is offline where the other gateway has no tunnel to it', async () => {
    await bed.dialer.stop();
    const { status, body } = await bed.fetch(`${kubePath}/api/v1/pods`);
    expect(status).toBe(503);
    expect(JSON.parse(body)).toMatchObject({ kind: 'Status', message: expect.stringContaining('The agent of') });
  });
});
