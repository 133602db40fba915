import type { ServerResponse } from 'node:http';
import { Http2ServerResponse } from 'node:http2';
import { Socket } from 'node:net';
import { expect, it, vi } from 'vitest';
import { FakeConnection } from '../test/fake-streams.ts';
import { breakOff } from './break-off.ts';

const error = new Error('it broke off');

it('destroys the stream of a response over HTTP/2 with the error', () => {
  const destroy = vi.fn();
  breakOff(Object.create(Http2ServerResponse.prototype, { stream: { value: { destroy } } }), error);
  expect(destroy.mock.calls).toEqual([[error]]);
});

it('does nothing if a response over HTTP/2 has lost its stream', () => {
  const response: Http2ServerResponse = Object.create(Http2ServerResponse.prototype, { stream: { value: undefined } });
  expect(() => breakOff(response, error)).not.toThrow();
});

const tcp = (): Socket => new Socket();
const tls = (): Socket => Object.assign(new Socket(), { encrypted: true });

it.each([
  ['1.0', 'TCP', tcp, 'reset'],
  ['1.0', 'TLS', tls, 'destroyed'],
  ['1.0', 'another connection', () => new FakeConnection(), 'destroyed'],
  ['1.1', 'TCP', tcp, 'destroyed'],
  ['1.1', 'TLS', tls, 'destroyed'],
])('HTTP/%s over %s is %s', (httpVersion, _, newSocket, expected) => {
  const done: unknown[] = [];
  const socket = Object.assign(newSocket(), { resetAndDestroy: () => done.push('reset') });
  const destroy = (why: Error): void => void done.push('destroyed', why);
  breakOff({ socket, req: { httpVersion }, destroy } as unknown as ServerResponse, error);
  expect(done).toEqual(expected === 'reset' ? ['reset'] : ['destroyed', error]);
});
