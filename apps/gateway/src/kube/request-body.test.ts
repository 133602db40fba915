import type { IncomingMessage } from 'node:http';
import { Http2ServerRequest } from 'node:http2';
import { PassThrough, Readable } from 'node:stream';
import { turns } from '@postern/testkit';
import { beforeEach, describe, expect, it } from 'vitest';
import { FakeClusterStream } from '../test/fake-streams.ts';
import { RequestBody } from './request-body.ts';

let request: PassThrough & { complete: boolean };
let body: RequestBody;
let stream: FakeClusterStream;
beforeEach(() => {
  request = Object.assign(new PassThrough(), { complete: true });
  body = new RequestBody(request as unknown as IncomingMessage);
  stream = new FakeClusterStream();
});

const broken = ['reset cancelled: the client broke off its request'];

it('ends the stream after a complete body', async () => {
  body.sendTo(stream);
  request.write('a');
  request.end('b');
  await turns();
  expect([stream.received, stream.writableEnded, stream.endings]).toEqual(['ab', true, []]);
  expect(body.isRepeatable).toBe(true);
});

describe('a body that the client broke off', () => {
  const ends: [string, () => void][] = [
    [
      'ends incomplete',
      () => {
        request.complete = false;
        request.end();
      },
    ],
    ['fails', () => request.emit('error', new Error('reset'))],
    ['is closed', () => request.emit('close')],
  ];

  it.each(ends)('resets the stream when the request %s', async (_, end) => {
    body.sendTo(stream);
    request.write('half');
    await turns();
    end();
    await turns();
    expect([stream.received, stream.endings]).toEqual(['half', broken]);
    expect(body.isRepeatable).toBe(false);
  });

  it('resets a stream that is opened only afterwards', async () => {
    request.emit('close');
    body.sendTo(stream);
    expect(stream.endings).toEqual(broken);
  });
});

it('goes to the last stream only, from its beginning', async () => {
  const second = new FakeClusterStream();
  body.sendTo(stream);
  request.write('a');
  await turns();
  body.sendTo(second);
  request.write('b');
  request.end();
  await turns();
  expect([stream.received, second.received]).toEqual(['a', 'ab']);
  expect([stream.writableEnded, second.writableEnded]).toEqual([false, true]);
});

it.each([
  [64 * 1024, true],
  [64 * 1024 + 1, false],
])('of %i bytes can be sent again: %s', async (size, isRepeatable) => {
  body.sendTo(stream);
  request.end(Buffer.alloc(size, 'x'));
  await turns();
  expect(stream.received).toHaveLength(size);
  expect(body.isRepeatable).toBe(isRepeatable);
  const second = new FakeClusterStream();
  body.sendTo(second);
  expect(second.received).toHaveLength(isRepeatable ? size : 0);
});

it('keeps nothing once the cluster processes the request', async () => {
  body.sendTo(stream);
  request.write('a');
  await turns();
  body.forget();
  expect(body.isRepeatable).toBe(false);
  const second = new FakeClusterStream();
  body.sendTo(second);
  request.write('b');
  await turns();
  expect(second.received).toBe('b');
});

it('is read on when the stream has closed before its end', async () => {
  body.sendTo(stream);
  request.pause();
  stream.destroy();
  await turns();
  expect(request.isPaused()).toBe(false);
  request.end('the rest');
  await turns();
  expect([request.readableEnded, stream.received]).toEqual([true, '']);
});

it.each([
  ['complete', { closed: false, aborted: false }, []],
  ['broken off', { closed: true, aborted: false }, broken],
  ['broken off', { closed: false, aborted: true }, broken],
  ['broken off', undefined, broken],
])('over HTTP/2 is %s if it ends with the stream %j', async (_, http2Stream, endings) => {
  const readable = new Readable({ autoDestroy: false, read() {} });
  Object.setPrototypeOf(readable, Http2ServerRequest.prototype);
  Object.defineProperty(readable, 'stream', { value: http2Stream });
  new RequestBody(readable as Http2ServerRequest).sendTo(stream);
  readable.push('x');
  readable.push(null);
  await turns();
  expect([stream.received, stream.writableEnded, stream.endings]).toEqual(['x', endings.length === 0, endings]);
});

it('is not read on while the stream is full', async () => {
  body.sendTo(stream);
  await turns();
  stream.cork();
  request.write(Buffer.alloc(stream.writableHighWaterMark));
  await turns();
  expect(request.isPaused()).toBe(true);
  stream.uncork();
  await turns();
  expect(request.isPaused()).toBe(false);
});
