import { once } from 'node:events';
import { useLeakCheck } from '@postern/testkit';
import { expect, it, vi } from 'vitest';
import { arrival } from '../test/arrival.ts';
import { received, textOf } from '../test/serving.ts';
import { respondStatus } from './status-response.ts';

useLeakCheck();

it('sends a Status as JSON, with its length and the given headers', async () => {
  await using request = await arrival();
  const { incoming, outgoing } = request;
  respondStatus(incoming, { code: 503, message: 'Größe', headers: [['retry-after', '1']] });
  const body =
    '{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"Größe","reason":"ServiceUnavailable","code":503}';
  expect(await outgoing.response).toEqual({
    status: 503,
    headers: [
      ['content-type', 'application/json'],
      ['content-length', String(Buffer.byteLength(body))],
      ['retry-after', '1'],
    ],
  });
  expect(await textOf(outgoing.stream)).toBe(body);
});

it('discards what the client still sends, so that the stream can close', async () => {
  await using request = await arrival();
  const { incoming, outgoing } = request;
  respondStatus(incoming, { code: 502, message: 'm' });
  await textOf(outgoing.stream);
  const closed = once(incoming.stream, 'close');
  outgoing.stream.end('still sending');
  await closed;
  expect(incoming.stream.errored).toBeNull();
});

it('does nothing if the client has left', async () => {
  await using request = await arrival();
  const { incoming, outgoing } = request;
  outgoing.stream.reset('cancelled', '');
  await received(incoming.stream);
  const respond = vi.fn();
  respondStatus({ ...incoming, respond }, { code: 502, message: 'm' });
  expect(respond).not.toHaveBeenCalled();
});
