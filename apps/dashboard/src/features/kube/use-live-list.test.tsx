// @vitest-environment jsdom
import '../../test/browser.ts';
import { cleanup, configure, render, screen } from '@testing-library/react';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { TestCluster } from '../../test/test-cluster.ts';
import { TestGateway } from '../../test/test-gateway.ts';
import { knownKinds } from './known-kinds.ts';
import { objectFields } from './list-format.ts';
import { useLiveList } from './use-live-list.ts';

const PODS = '/api/v1/pods';
const format = objectFields<{ metadata: { name: string }; status?: { phase?: string } }>({ status: { phase: true } });
const pod = (index: number, phase = 'Running') => ({
  metadata: { name: `pod-${index}`, namespace: 'shop' },
  status: { phase },
});

let renders = 0;
/** Shows the number of failing pods, and counts its renders. */
function Failing({ cluster }: { cluster: string }) {
  renders++;
  const { items, loaded } = useLiveList({
    ref: { organization: 'acme', cluster },
    resource: knownKinds.pods,
    format,
  });
  const failing = items.filter(({ status }) => status?.phase === 'Failed').length;
  return (
    <p>
      {loaded ? items.length : 'No'} pods, {failing} failing
    </p>
  );
}

const gateway = new TestGateway();
beforeAll(async () => {
  configure({ asyncUtilTimeout: 30_000 });
  await gateway.start();
  globalThis.jsdom.reconfigure({ url: gateway.origin });
});
afterAll(() => gateway.stop());
afterEach(cleanup);

describe('useLiveList', { timeout: 60_000 }, () => {
  it('shares one list and one watch between components', async () => {
    const cluster = new TestCluster(gateway);
    cluster.put(PODS, pod(1), pod(2));
    render(
      <>
        <Failing cluster="shared" />
        <Failing cluster="shared" />
      </>,
    );
    expect(await screen.findAllByText('2 pods, 0 failing')).toHaveLength(2);
    cluster.put(PODS, pod(2, 'Failed'));
    expect(await screen.findAllByText('2 pods, 1 failing')).toHaveLength(2);
    expect(cluster.count(PODS)).toEqual({ lists: 1, watches: 1 });
  });

  it('renders 5,000 pods with 1,000 changes a few times, not once per change', async () => {
    const cluster = new TestCluster(gateway);
    cluster.put(PODS, ...Array.from({ length: 5000 }, (_, index) => pod(index)));
    render(<Failing cluster="large" />);
    await screen.findByText('5000 pods, 0 failing');
    renders = 0;
    for (let index = 0; index < 1000; index++) cluster.put(PODS, pod(index, 'Failed'));
    await screen.findByText('5000 pods, 1000 failing');
    expect(renders).toBeGreaterThan(0);
    expect(renders).toBeLessThan(50);
  });
});
