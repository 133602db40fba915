import { StreamResetError } from '@postern/mux';
import type { ResponseHead } from '@postern/tunnel';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { DirectoryCluster } from '../clusters/cluster-directory.ts';
import { FakeClusterStream } from '../test/fake-streams.ts';
import { requireAllowed } from './rights.ts';

// What the answer means is tested in kube/stream-review.test.ts; here, how long the cluster may take for it.

let stream: FakeClusterStream;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  stream = new FakeClusterStream();
});
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
  stream.destroy();
});

const action = {
  verb: 'create',
  apiGroup: '',
  resource: 'pods',
  subresource: 'exec',
  namespace: 'shop',
  name: 'web-0',
};
const identity = { user: 'postern:ann@example.com', groups: ['shop-team'] };

/** Asks a cluster that answers with this head. */
function ask(response: Promise<ResponseHead>, headTimeoutMs: number): Promise<void> {
  const request = { cluster: {} as DirectoryCluster, head: { identity }, headTimeoutMs };
  return requireAllowed(action, request, { connector: { open: async () => ({ stream, response }) } });
}

const timeout = expect.objectContaining({ code: 'timeout' });

it.each([
  ['15 s', 65_000, 15_000],
  ['less, if the stream itself has less', 2_000, 2_000],
])('the body has %s', async (_, headTimeoutMs, ms) => {
  const failed = expect(ask(Promise.resolve({ status: 201, headers: [] }), headTimeoutMs)).rejects.toEqual(timeout);
  stream.push('{"status":{"allowed":true}');
  await vi.advanceTimersByTimeAsync(ms - 1);
  expect(stream.destroyed).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  await failed;
});

it('the head has 15 s', async () => {
  const response = new Promise<ResponseHead>((_resolve, reject) => {
    stream.once('error', (error) => reject(error));
  });
  const failed = expect(ask(response, 65_000)).rejects.toBeInstanceOf(StreamResetError);
  await vi.advanceTimersByTimeAsync(14_999);
  expect(stream.destroyed).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  await failed;
});
