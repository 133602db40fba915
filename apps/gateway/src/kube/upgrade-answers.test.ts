import { once } from 'node:events';
import { type ResetCode, StreamResetError } from '@postern/mux';
import { useLeakCheck } from '@postern/testkit';
import type { ResponseHead } from '@postern/tunnel';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { classify } from '../access/classify.ts';
import { refusal } from '../access/refusal.ts';
import { FakeClusterStream, FakeConnection } from '../test/fake-streams.ts';
import { readAddress } from './address.ts';
import { forwardUpgrade } from './forward-upgrade.ts';

// What a client gets if the cluster does not switch protocols as asked.

useLeakCheck();

let socket: FakeConnection;
let stream: FakeClusterStream;
let cuts: string[];
beforeEach(() => {
  socket = new FakeConnection();
  stream = new FakeClusterStream();
  cuts = [];
});
afterEach(() => {
  vi.useRealTimers();
  socket.destroy();
  stream.destroy();
});

const asked = classify('POST', readAddress('/api/v1/namespaces/a/pods/p/exec?command=x').target);

function forward(answer: ResponseHead): Promise<boolean> {
  const cut = (code: ResetCode, reason: string): void => {
    cuts.push(`${code}: ${reason}`);
    stream.reset(code, reason);
  };
  const opened = { stream, answer, cut };
  return forwardUpgrade({ socket, head: Buffer.alloc(0), opened, asked, protocol: 'SPDY/3.1' });
}

/** The response that the client got. */
function answered(): { status: number; type: string | undefined; body: string } {
  const [head = '', body = ''] = socket.received.split('\r\n\r\n');
  return { status: Number(head.slice(9, 12)), type: /^Content-Type: (.*)$/m.exec(head)?.[1], body };
}

const refused = (code: number, message: string) => ({
  status: code,
  type: 'application/json',
  body: JSON.stringify(refusal(code, message).status),
});

describe('an error of the cluster', () => {
  it.each<[string, ResponseHead['headers'], string]>([
    [
      'as JSON',
      [
        ['date', 'today'],
        ['content-type', 'application/json'],
      ],
      'application/json',
    ],
    [
      'as JSON, without its parameters',
      [
        ['content-type', 'application/json; charset=utf-8'],
        ['date', 'today'],
      ],
      'application/json',
    ],
    [
      'as text, if it is a page',
      [
        ['warning', 'application/json'],
        ['content-type', 'text/html; like=application/json'],
      ],
      'text/plain; charset=utf-8',
    ],
    ['as text, if it has no type', [], 'text/plain; charset=utf-8'],
  ])('is passed on %s', async (_, headers, type) => {
    const done = forward({ status: 400, headers: [...headers, ['content-length', '2']] });
    // The cluster may wait for the end of the request.
    expect(stream.writableEnded).toBe(true);
    stream.push('no');
    stream.push(null);
    expect(await done).toBe(false);
    expect(answered()).toEqual({ status: 400, type, body: 'no' });
    expect(cuts).toEqual([]);
  });

  it('is passed on up to 64 KiB', async () => {
    const done = forward({ status: 500, headers: [] });
    for (const letter of 'ab') stream.push(letter.repeat(32 * 1024));
    stream.push(null);
    await done;
    expect(answered().body).toBe('a'.repeat(32 * 1024) + 'b'.repeat(32 * 1024));
  });

  it.each<[string, ResponseHead['headers'], () => void]>([
    ['breaks off', [], () => stream.destroy(new StreamResetError('upstream-failed', '', true))],
    ['is shorter than announced', [['content-length', '5']], () => stream.push('half')],
    ['is longer than announced', [['content-length', '3']], () => stream.push('half')],
    ['is longer than 64 KiB', [], () => [32 * 1024, 32 * 1024, 1].map((size) => stream.push(Buffer.alloc(size)))],
  ])('is replaced by a Status if its body %s', async (_, headers, send) => {
    const done = forward({ status: 403, headers });
    send();
    if (!stream.destroyed) stream.push(null);
    expect(await done).toBe(false);
    expect(answered()).toEqual(refused(403, 'The cluster refused this, and its explanation was cut off.'));
    expect(stream.destroyed).toBe(true);
  });

  it('is replaced by a Status if its body does not arrive within 10 s', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const done = forward({ status: 403, headers: [] });
    stream.push('half');
    await vi.advanceTimersByTimeAsync(9_999);
    expect(stream.destroyed).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(stream.destroyed).toBe(true);
    expect(await done).toBe(false);
    expect(answered()).toEqual(refused(403, 'The cluster refused this, and its explanation was cut off.'));
  });
});

describe('an answer that is not passed on', () => {
  const wrongProtocol = 'The cluster switched to a different protocol than the one requested.';
  const notSwitched = 'The cluster answered the request without switching protocols.';
  it.each<[number, ResponseHead['headers'], string]>([
    [101, [], wrongProtocol],
    [101, [['upgrade', 'websocket']], wrongProtocol],
    [
      101,
      [
        ['upgrade', 'SPDY/3.1'],
        ['upgrade', 'SPDY/3.1'],
      ],
      wrongProtocol,
    ],
    [200, [], notSwitched],
    [304, [], notSwitched],
    [302, [], 'The cluster answered with a redirect, which Postern does not pass on.'],
    [500, [['content-length', 'x']], 'The cluster answered with a Content-Length that is no length.'],
  ])('of %i with %j becomes 502', async (status, headers, message) => {
    expect(await forward({ status, headers })).toBe(false);
    expect(answered()).toEqual(refused(502, message));
    expect(stream.destroyed).toBe(true);
  });
});

describe('a client that has gone', () => {
  it.each([101, 403])('before an answer of %i gets nothing, and the stream is cut', async (status) => {
    socket.destroy();
    await once(socket, 'close');
    expect(await forward({ status, headers: [['upgrade', 'SPDY/3.1']] })).toBe(false);
    expect(cuts).toEqual(['cancelled: the client has gone']);
    expect(stream.destroyed).toBe(true);
    expect(socket.received).toBe('');
  });

  it('while the cluster explains an error cuts the stream', async () => {
    const done = forward({ status: 403, headers: [] });
    stream.push('half');
    socket.destroy();
    expect(await done).toBe(false);
    expect(cuts).toEqual(['cancelled: the client has gone']);
    expect(socket.received).toBe('');
  });
});
