import { once } from 'node:events';
import { Readable } from 'node:stream';
import { useLeakCheck } from '@postern/testkit';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type Arrival, arrival } from '../test/arrival.ts';
import { textOf } from '../test/serving.ts';
import type { Exchange, UpstreamResponse } from '../upstream/exchange.ts';
import type { Upstream } from '../upstream/upstream.ts';
import { brokenError, busyError } from '../upstream/upstream-error.ts';
import { Attempts, servePlain } from './plain-request.ts';

useLeakCheck();

afterEach(() => {
  vi.restoreAllMocks();
});

const serve = ({ incoming }: Arrival, send: () => Promise<Exchange>): Promise<number> =>
  servePlain(incoming, { method: 'GET', path: '/api', headers: [] }, { send } as unknown as Upstream);

const exchange = (response: Promise<UpstreamResponse>, cancel = (): void => {}): Exchange => ({
  requestBody: undefined,
  response,
  cancel,
});

/** Everything that needs no timer and no I/O. */
async function microtasks(): Promise<void> {
  for (let count = 0; count < 200; count++) await undefined;
}

describe('a request without a body', () => {
  it('is closed once it was answered', async () => {
    await using request = await arrival({}, { end: true });
    const { incoming, outgoing } = request;
    const closed = once(incoming.stream, 'close');
    const body = Readable.from([Buffer.from('{}')]);
    const response = Promise.resolve({ status: 200, headers: [], body, isComplete: () => true });
    expect(await serve(request, async () => exchange(response))).toBe(200);
    expect(await textOf(outgoing.stream)).toBe('{}');
    await closed;
    expect(incoming.stream.errored).toBeNull();
  });

  it('is cancelled at the server if the client left while it was being sent', async () => {
    await using request = await arrival({}, { end: true });
    const { incoming, outgoing } = request;
    const sending = Promise.withResolvers<Exchange>();
    const serving = serve(request, () => sending.promise);
    const closed = new Promise((resolve) => incoming.stream.once('close', resolve));
    outgoing.stream.reset('cancelled', '');
    await closed;
    const response = Promise.withResolvers<UpstreamResponse>();
    const cancel = vi.fn(() => response.reject(brokenError()));
    sending.resolve(exchange(response.promise, cancel));
    await expect(serving).rejects.toMatchObject({ code: 'broken' });
    expect(cancel).toHaveBeenCalledTimes(1);
  });
});

describe('a request that fails', () => {
  it('is sent once more if it is a read whose connection breaks', async () => {
    await using request = await arrival({}, { end: true });
    const send = vi.fn(async () => exchange(Promise.reject(brokenError())));
    await expect(serve(request, send)).rejects.toMatchObject({ code: 'broken' });
    expect(send).toHaveBeenCalledTimes(2);
  });

  it('is sent again at once if the server did not process it, then after a pause, unless the client leaves', async () => {
    await using request = await arrival({}, { end: true });
    const send = vi.fn(async () => exchange(Promise.reject(busyError())));
    const serving = serve(request, send);
    await microtasks();
    expect(send).toHaveBeenCalledTimes(2);
    request.incoming.stream.destroy();
    await expect(serving).rejects.toMatchObject({ code: 'busy' });
    expect(send).toHaveBeenCalledTimes(2);
  });

  it.each([
    ['half as long as they may be', 0, [0, 3, 5, 10, 20, 40, 80, 125, 125, 125, 125, 125, undefined]],
    ['as long as they may be', 1, [0, 5, 10, 20, 40, 80, 160, 250, 250, 250, 250, 250, undefined]],
  ])('is sent again twelve times at most, after growing pauses that are at random %s', (_what, random, pauses) => {
    vi.spyOn(Math, 'random').mockReturnValue(random);
    const attempts = new Attempts('POST');
    expect(pauses.map(() => attempts.pauseAfter(busyError()))).toEqual(pauses);
  });
});
