import type { ServerResponse } from 'node:http';
import { Duplex, Writable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeConnection } from '../test/fake-streams.ts';
import { endThenDestroy, refuseSocket, respondPlain } from './plain-response.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setImmediate'] });
});
afterEach(() => {
  vi.useRealTimers();
});

describe('a line of text', () => {
  class FakeResponse extends Writable {
    headersSent = false;
    statusCode = 200;
    readonly headers: Record<string, unknown> = {};
    body = '';
    setHeader(name: string, value: unknown): void {
      this.headers[name] = value;
    }
    override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
      this.body += chunk.toString();
      done();
    }
  }
  const respond = (response: FakeResponse): void =>
    respondPlain(response as unknown as ServerResponse, 429, 'Zu viele Köche.');

  it('states its length in bytes, and is not cached', () => {
    const response = new FakeResponse();
    respond(response);
    expect(response).toMatchObject({
      statusCode: 429,
      headers: { 'content-type': 'text/plain; charset=utf-8', 'content-length': 17, 'cache-control': 'no-store' },
      body: 'Zu viele Köche.\n',
      writableEnded: true,
    });
  });

  it('never follows another response: that one is broken off', () => {
    const response = new FakeResponse();
    response.headersSent = true;
    respond(response);
    expect(response).toMatchObject({ destroyed: true, statusCode: 200, headers: {}, body: '' });
  });

  it('is not written to a client that has left', () => {
    const response = new FakeResponse();
    response.destroy();
    respond(response);
    expect(response).toMatchObject({ statusCode: 200, headers: {}, body: '' });
  });
});

describe('a refusal on a bare connection', () => {
  const head = (status: string, ...more: string[]): string =>
    [
      `HTTP/1.1 ${status}`,
      'Connection: close',
      'Content-Type: text/plain; charset=utf-8',
      ...more,
      'Cache-Control: no-store',
      'X-Content-Type-Options: nosniff',
    ].join('\r\n');

  it.each([
    [503, '503 Service Unavailable', 'Service Unavailable\n'],
    [299, '299 Error', 'Error\n'],
  ])('of status %i has the words of its status, if there are any', (status, line, body) => {
    const socket = new FakeConnection();
    refuseSocket(socket, status);
    expect(socket.received).toBe(`${head(line, `Content-Length: ${body.length}`)}\r\n\r\n${body}`);
    expect(socket.writableEnded).toBe(true);
  });

  it('can have a body of its own, and say when to try again', () => {
    const socket = new FakeConnection();
    refuseSocket(socket, 429, { body: '{"a":"ö"}', contentType: 'application/json', retryAfterSeconds: 7 });
    expect(Buffer.from(socket.received, 'latin1').toString()).toBe(
      [
        'HTTP/1.1 429 Too Many Requests',
        'Connection: close',
        'Content-Type: application/json',
        'Content-Length: 10',
        'Cache-Control: no-store',
        'X-Content-Type-Options: nosniff',
        'Retry-After: 7',
        '',
        '{"a":"ö"}',
      ].join('\r\n'),
    );
  });

  it('is sent once', () => {
    const socket = new FakeConnection();
    refuseSocket(socket, 400);
    const first = socket.received;
    refuseSocket(socket, 408);
    expect([socket.received, socket.destroyed]).toEqual([first, false]);
  });

  it('closes a connection on which nothing can be written any more', () => {
    const socket = new Duplex({ read: () => {}, write: () => {} });
    Object.defineProperty(socket, 'writable', { value: false });
    const write = vi.spyOn(socket, 'end');
    refuseSocket(socket, 400);
    expect(socket.destroyed).toBe(true);
    expect(write).not.toHaveBeenCalled();
  });
});

describe('the last bytes of a connection', () => {
  it('are followed by the end of the connection once the other side has ended it too', async () => {
    const socket = new FakeConnection();
    endThenDestroy(socket, 'bye');
    expect(socket).toMatchObject({ received: 'bye', writableEnded: true, destroyed: false });
    socket.push('what arrives is discarded');
    socket.push(null);
    await new Promise((resolve) => socket.once('close', resolve));
    expect(vi.getTimerCount()).toBe(0);
  });

  it('are not waited for when the other side has ended, and reads nothing', async () => {
    const socket = new FakeConnection();
    socket.isSlow = true;
    endThenDestroy(socket, 'bye');
    socket.push(null);
    await new Promise((resolve) => socket.once('close', resolve));
    expect([socket.received, vi.getTimerCount()]).toEqual(['', 0]);
  });

  it('get two seconds and a turn of the event loop', () => {
    const socket = new FakeConnection();
    endThenDestroy(socket, 'bye');
    vi.advanceTimersByTime(1_999);
    expect([socket.destroyed, vi.getTimerCount()]).toEqual([false, 1]);
    vi.advanceTimersByTime(1);
    expect(socket.destroyed, 'before what arrived meanwhile was read').toBe(false);
    vi.runAllTimers();
    expect(socket.destroyed).toBe(true);
  });

  it('can be none', () => {
    const socket = new FakeConnection();
    endThenDestroy(socket);
    expect([socket.received, socket.writableEnded]).toEqual(['', true]);
  });

  it('that cannot be sent end the connection', async () => {
    const socket = new Duplex({ read: () => {}, write: (_chunk, _encoding, done) => done(new Error('EPIPE')) });
    endThenDestroy(socket, 'bye');
    await new Promise((resolve) => socket.once('close', resolve));
    expect(vi.getTimerCount()).toBe(0);
  });
});
