import { StreamResetError, UnprocessedError } from '@postern/mux';
import type { ResponseHead } from '@postern/tunnel';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ClusterOfflineError, type OutgoingRequest } from '../connector/cluster-connector.ts';
import { readText } from '../passage/read-text.ts';
import { podJson } from '../test/fake-exec.ts';
import { FakeExecStream } from '../test/fake-exec-stream.ts';
import { PodReader } from './pod-reader.ts';

const timeoutMs = 5_000;
const cluster = {
  id: 'c',
  organizationId: 'o',
  organizationSlug: 'acme',
  name: 'prod',
  labels: {},
  offlineSince: null,
  everConnected: true,
  allowedGroups: [],
  recording: { mode: 'off' as const, input: false },
  auditMode: 'fail-open' as const,
};
const identity = { user: 'postern:ann@example.com', groups: ['postern:admin'] };
const place = { namespace: 'shop', pod: 'web-0' };

let stream: FakeExecStream;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  stream = new FakeExecStream();
});
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
  stream.destroy();
});

/** A connector with these responses, one after the other. */
function connectorOf(...responses: (() => Promise<ResponseHead>)[]) {
  return {
    open: vi.fn(async (): Promise<OutgoingRequest> => {
      const respond = responses.shift();
      if (respond === undefined) throw new ClusterOfflineError('offline');
      return { stream, response: respond() };
    }),
  };
}

const status = (code: number) => async (): Promise<ResponseHead> => ({ status: code, headers: [] });

/** Delivers the whole body of a response. */
function deliver(body: string): void {
  stream.push(body);
  stream.push(null);
}

describe('PodReader', () => {
  it('asks for the pod as the person', async () => {
    const connector = connectorOf(status(200));
    deliver(podJson());
    const pod = await new PodReader(connector, timeoutMs).read(cluster, identity, place);
    expect(pod.spec.containers).toEqual([{ name: 'sidecar' }, { name: 'app' }]);
    expect(connector.open.mock.calls).toEqual([
      [
        cluster,
        {
          kind: 'http',
          method: 'GET',
          path: '/api/v1/namespaces/shop/pods/web-0',
          headers: [
            ['accept', 'application/json'],
            ['user-agent', 'postern-terminal'],
          ],
          identity,
        },
        { end: true, interactive: false },
      ],
    ]);
    expect(stream.destroyed).toBe(true);
  });

  it.each([
    ['its status and message', 404, '{"message":"no such pod"}', 404, 'no such pod'],
    ['502 if it is not a pod', 200, '{}', 502, 'The cluster returned something that is not a pod.'],
    [
      '502 if it is longer than 2 MiB',
      200,
      ' '.repeat(2 * 1024 * 1024 + 1),
      502,
      'The answer of the cluster is too large.',
    ],
  ])('refuses a response with %s', async (_, answered, body, code, message) => {
    deliver(body);
    await expect(
      new PodReader(connectorOf(status(answered)), timeoutMs).read(cluster, identity, place),
    ).rejects.toMatchObject({ name: 'Refusal', status: { code, message } });
    expect(stream.destroyed).toBe(true);
  });

  it('says why the cluster cannot be reached', async () => {
    await expect(new PodReader(connectorOf(), timeoutMs).read(cluster, identity, place)).rejects.toMatchObject({
      name: 'Refusal',
      status: { code: 503 },
    });
  });

  it('asks again if the tunnel went away without processing the request', async () => {
    const connector = connectorOf(() => Promise.reject(new UnprocessedError()), status(200));
    deliver(podJson());
    await new PodReader(connector, timeoutMs).read(cluster, identity, place);
    expect(connector.open).toHaveBeenCalledTimes(2);
  });

  it.each<[string, () => Promise<ResponseHead>]>([
    ['head', () => new Promise((_, reject) => stream.once('error', reject))],
    ['body', status(200)],
  ])('gives up when the %s does not arrive in time', async (_, respond) => {
    const read = new PodReader(connectorOf(respond), timeoutMs).read(cluster, identity, place);
    const refused = expect(read).rejects.toMatchObject({ status: { code: 504 } });
    await vi.advanceTimersByTimeAsync(timeoutMs - 1);
    expect(stream.destroyed).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(stream.destroyed).toBe(true);
    await refused;
  });
});

describe('readText', () => {
  it('reads text up to the limit, however it is cut', async () => {
    const bytes = Buffer.from('añb');
    const text = readText(stream, { limit: bytes.byteLength, timeoutMs });
    for (const byte of bytes) stream.push(Buffer.from([byte]));
    stream.push(null);
    expect(await text).toBe('añb');
  });

  it('refuses text that is one byte longer than the limit', async () => {
    deliver('abcd');
    await expect(readText(stream, { limit: 3, timeoutMs })).rejects.toMatchObject({
      status: { code: 502, message: 'The answer of the cluster is too large.' },
    });
  });

  it('resets the stream when the time is up', async () => {
    const failed = expect(readText(stream, { limit: 10, timeoutMs })).rejects.toEqual(
      new StreamResetError('timeout', 'the answer did not come in time', false),
    );
    stream.push('half');
    await vi.advanceTimersByTimeAsync(timeoutMs);
    await failed;
  });

  it('fails with the error of a stream that breaks off', async () => {
    const error = new StreamResetError('gone', '', false);
    const failed = expect(readText(stream, { limit: 10, timeoutMs })).rejects.toBe(error);
    stream.destroy(error);
    await failed;
  });
});
