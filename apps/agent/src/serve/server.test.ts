import { Readable } from 'node:stream';
import { turns, useLeakCheck } from '@postern/testkit';
import type { OutgoingRequest, RequestHead } from '@postern/tunnel';
import { memoryTunnelPair } from '@postern/tunnel/test';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import type { AgentMetrics } from '../health/metrics.ts';
import type { IdleCollection } from '../memory/idle-collection.ts';
import { openPolicy, received, requestHead } from '../test/serving.ts';
import type { Exchange } from '../upstream/exchange.ts';
import type { Upstream } from '../upstream/upstream.ts';
import { UpstreamError } from '../upstream/upstream-error.ts';
import { serveTunnel } from './server.ts';

useLeakCheck();

/** A request to an agent with a given upstream, and what the agent counts and logs meanwhile. */
interface Served extends AsyncDisposable, OutgoingRequest {
  counted: unknown[][];
  logged: unknown[];
  /** The request has closed at the agent. */
  closed: Promise<void>;
}

async function served(
  head: Partial<RequestHead & { kind: 'http' }>,
  send: () => Promise<Exchange>,
  failed?: () => void,
): Promise<Served> {
  const pair = await memoryTunnelPair();
  const closed = Promise.withResolvers<void>();
  const counted: unknown[][] = [];
  const count =
    (what: string) =>
    (...values: unknown[]) =>
      void counted.push([what, ...values]);
  const logged: unknown[] = [];
  const options = { base: null, timestamp: false, serializers: { error: (error: Error) => error.message } };
  serveTunnel(pair.agent, {
    upstream: { send } as unknown as Upstream,
    policy: openPolicy,
    metrics: {
      opened: count('opened'),
      closed: count('closed'),
      answered: count('answered'),
      refused: count('refused'),
      failed: failed ?? count('failed'),
    } as unknown as AgentMetrics,
    idle: {
      opened: count('busy'),
      closed: (kind: string) => {
        counted.push(['idle', kind]);
        closed.resolve();
      },
    } as unknown as IdleCollection,
    logger: pino(options, { write: (line: string) => logged.push(JSON.parse(line)) }),
  });
  const { stream, response } = pair.gateway.request(requestHead(head), { end: true });
  return { stream, response, counted, logged, closed: closed.promise, [Symbol.asyncDispose]: pair.close };
}

const fails = (error: Error) => async (): Promise<Exchange> => {
  throw error;
};
const opened = [
  ['opened', 'http'],
  ['busy', 'http'],
];
const closed = [
  ['closed', 'http'],
  ['idle', 'http'],
];

describe('a request', () => {
  it('is counted when it begins, is answered and has closed', async () => {
    const response = { status: 404, headers: [], body: Readable.from([]), isComplete: () => true };
    await using request = await served({}, async () => ({
      requestBody: undefined,
      response: Promise.resolve(response),
      cancel: () => {},
    }));
    expect((await request.response).status).toBe(404);
    expect((await received(request.stream)).end).toBe('complete');
    await request.closed;
    expect(request.counted).toEqual([...opened, ['answered', 'http', 404], ...closed]);
    expect(request.logged).toEqual([]);
  });

  it('is logged and counted when it is refused', async () => {
    await using request = await served({ method: 'TRACE' }, fails(new Error('not sent')));
    expect((await received(request.stream)).end).toBe('refused');
    expect(request.counted).toEqual([['refused', 'http']]);
    expect(request.logged).toEqual([
      { level: 40, kind: 'http', reason: 'the method is not allowed', msg: 'refused a request' },
    ]);
  });

  it('is logged and counted when the apiserver fails', async () => {
    await using request = await served({}, fails(new UpstreamError('timeout', 'It did not answer in time.')));
    expect((await request.response).status).toBe(502);
    await received(request.stream);
    await request.closed;
    expect(request.counted).toEqual([...opened, ['failed', 'timeout'], ...closed]);
    expect(request.logged).toEqual([{ level: 30, code: 'timeout', msg: 'It did not answer in time.' }]);
  });

  it('is reset, and logged as a bug, when the agent itself fails', async () => {
    await using request = await served({}, fails(new TypeError('a bug')));
    expect((await received(request.stream)).end).toBe('internal');
    expect(request.stream.errored).toMatchObject({ reason: 'the agent failed' });
    await request.closed;
    expect(request.counted).toEqual([...opened, ['failed', 'internal'], ...closed]);
    expect(request.logged).toEqual([{ level: 50, error: 'a bug', msg: 'a request failed for a reason that is a bug' }]);
  });

  it('is cancelled, and logged as a bug, when even its failure cannot be answered', async () => {
    await using request = await served({}, fails(new UpstreamError('timeout', 'late')), () => {
      throw new Error('another bug');
    });
    expect((await received(request.stream)).end).toBe('cancelled');
    expect(request.logged).toEqual([
      { level: 50, error: 'another bug', msg: 'a failed request could not be answered, which is a bug' },
    ]);
  });

  it('has not failed if the client left first', async () => {
    const started = Promise.withResolvers<void>();
    const sending = Promise.withResolvers<Exchange>();
    await using request = await served({}, () => {
      started.resolve();
      return sending.promise;
    });
    await started.promise;
    request.stream.reset('cancelled', '');
    await request.closed;
    sending.reject(new UpstreamError('broken', 'It broke off.'));
    await turns();
    expect(request.counted).toEqual([...opened, ...closed]);
    expect(request.logged).toEqual([]);
  });
});
