import { Readable } from 'node:stream';
import type { HeaderPairs } from '@postern/kube';
import { useLeakCheck } from '@postern/testkit';
import { describe, expect, it } from 'vitest';
import { arrival } from '../test/arrival.ts';
import { received, textOf } from '../test/serving.ts';
import type { UpstreamResponse } from '../upstream/exchange.ts';
import { relayResponse } from './relay.ts';

useLeakCheck();

const answer = (changes: Partial<UpstreamResponse> = {}): UpstreamResponse => ({
  status: 200,
  headers: [],
  body: Readable.from([]),
  isComplete: () => true,
  ...changes,
});
/** A body that nobody ends. */
const endless = (): Readable => new Readable({ read() {} });

describe('the status of an answer', () => {
  it.each([200, 299, 304, 400, 599])('is passed on if it concerns the caller (%i)', async (status) => {
    await using request = await arrival();
    const { incoming, outgoing } = request;
    relayResponse(incoming, answer({ status }), 'GET');
    expect(await outgoing.response).toEqual({ status, headers: [] });
    expect(await received(outgoing.stream)).toEqual({ bytes: Buffer.alloc(0), end: 'complete' });
  });

  const unknown = (status: number): string =>
    `The Kubernetes API server answered with a status that HTTP does not have (${status}).`;
  const redirect = (status: number): string =>
    `The Kubernetes API server answered with a redirect (${status}), which the agent never follows.`;
  it.each([
    [0, unknown(0)],
    [199, unknown(199)],
    [600, unknown(600)],
    [300, redirect(300)],
    [399, redirect(399)],
    [
      401,
      "The cluster refused the agent's own credential. Whoever runs the agent must renew it (for a pod: restart it).",
    ],
  ])('becomes a 502 that says why it is not passed on (%i)', async (status, message) => {
    await using request = await arrival();
    const { incoming, outgoing } = request;
    const body = endless();
    relayResponse(incoming, answer({ status, body }), 'GET');
    expect((await outgoing.response).status).toBe(502);
    expect(JSON.parse(await textOf(outgoing.stream))).toMatchObject({ code: 502, message });
    expect(body.destroyed).toBe(true);
  });
});

describe('the end of an answer', () => {
  const length = (bytes: number): HeaderPairs => [['content-length', String(bytes)]];
  const four = (): Readable => Readable.from([Buffer.from('four')]);
  it.each<[string, string, Partial<UpstreamResponse>]>([
    ['of the announced length', 'GET', { headers: length(4), body: four() }],
    ['without an announced length', 'GET', { body: four() }],
    ['to a HEAD, which has the length of another answer', 'HEAD', { headers: length(4) }],
  ])('is proper for one %s', async (_what, method, changes) => {
    await using request = await arrival({ method });
    const { incoming, outgoing } = request;
    relayResponse(incoming, answer(changes), method);
    expect((await received(outgoing.stream)).end).toBe('complete');
  });

  it.each<[string, Partial<UpstreamResponse>]>([
    ['is shorter than announced', { headers: length(5), body: four() }],
    ['is longer than announced', { headers: length(3), body: four() }],
    ['the server did not end', { body: four(), isComplete: () => false }],
  ])('is a reset for one that %s', async (_what, changes) => {
    await using request = await arrival();
    const { incoming, outgoing } = request;
    relayResponse(incoming, answer(changes), 'GET');
    expect((await received(outgoing.stream)).bytes.toString()).toBe('four');
    expect(outgoing.stream.errored).toMatchObject({
      code: 'upstream-failed',
      reason: 'the Kubernetes API server broke off its answer',
    });
  });
});

describe('an answer that cannot be relayed', () => {
  it('is broken off if the client has left', async () => {
    await using request = await arrival();
    const { incoming, outgoing } = request;
    outgoing.stream.reset('cancelled', '');
    await received(incoming.stream);
    const body = endless();
    relayResponse(incoming, answer({ body }), 'GET');
    expect(body.destroyed).toBe(true);
  });

  it('is broken off if its headers are larger than a tunnel carries', async () => {
    await using request = await arrival();
    const body = endless();
    const headers: HeaderPairs = [['etag', 'x'.repeat(70_000)]];
    expect(() => relayResponse(request.incoming, answer({ headers, body }), 'GET')).toThrow(
      expect.objectContaining({ name: 'UpstreamError', code: 'headers' }),
    );
    expect(body.destroyed).toBe(true);
  });
});
