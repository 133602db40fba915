import { turns, useLeakCheck } from '@postern/testkit';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { MuxSession, type MuxStream, SessionClosedError } from './index.ts';
import { type RawPeer, rawPeer, types } from './test/raw-peer.ts';

useLeakCheck();
afterEach(() => void vi.useRealTimers());

const head = Buffer.from('head');

/** The frames of one type that the session has sent, once it has had time to send them. */
async function sent(peer: RawPeer, type: number): Promise<RawPeer['received']> {
  await turns(2);
  peer.wire.peer?.deliver(100);
  return peer.received.filter((frame) => frame.type === type);
}

describe('a stream that arrives before there is a listener', () => {
  it('waits, whatever else is listened for', async () => {
    const peer = rawPeer();
    peer.send(types.open, 1, { payload: head });
    peer.session.on('goaway', () => {});
    await turns(1);
    const arrived: MuxStream[] = [];
    peer.session.on('stream', (stream) => arrived.push(stream));
    await turns(1);
    expect(arrived.map(({ id }) => id)).toEqual([1]);
    peer.session.close(1000, '');
  });

  it('is not reported if it was reset in the meantime', async () => {
    const peer = rawPeer();
    for (const id of [1, 3, 5]) peer.send(types.open, id, { payload: head });
    peer.send(types.reset, 3, { payload: Buffer.from([0, 1]) });
    const arrived: MuxStream[] = [];
    peer.session.on('stream', (stream) => arrived.push(stream));
    await turns(1);
    expect(arrived.map(({ id }) => id)).toEqual([1, 5]);
    peer.session.close(1000, '');
  });
});

describe('streams that wait', () => {
  it('go one by one to listeners that take only one, and the next waits for another', async () => {
    const peer = rawPeer();
    for (const id of [1, 3, 5]) peer.send(types.open, id, { payload: head });
    const arrived: number[] = [];
    for (const expected of [[1], [1, 3], [1, 3, 5]]) {
      peer.session.once('stream', ({ id }) => arrived.push(id));
      await turns(1);
      expect(arrived).toEqual(expected);
    }
    peer.session.close(1000, '');
  });

  it('are not lost if their listener leaves at once', async () => {
    const peer = rawPeer();
    peer.send(types.open, 1, { payload: head });
    const arrived: MuxStream[] = [];
    const listener = (stream: MuxStream) => arrived.push(stream);
    peer.session.on('stream', listener).off('stream', listener);
    await turns(1);
    peer.session.on('stream', listener);
    await turns(1);
    expect(arrived).toHaveLength(1);
    peer.session.close(1000, '');
  });
});

describe('a session that was closed', () => {
  it.each([
    ['a reason', 'removed', 'the tunnel was closed (4403 removed)'],
    ['no reason', '', 'the tunnel was closed (4403)'],
  ])('fails all that is asked of it, and its streams, with the code and %s', async (_case, reason, text) => {
    const { session } = rawPeer();
    const stream = session.open(head);
    const waiting = session.ping();
    session.close(4403, reason);
    await expect(stream.accepted).rejects.toMatchObject({ code: 'gone', message: text, remote: false });
    const error = new SessionClosedError(text);
    await expect(waiting).rejects.toThrow(error);
    await expect(Promise.race([session.ping(), turns(1)])).rejects.toThrow(error);
    expect(() => session.open(head)).toThrow(error);
    expect(session.closed).toBe(true);
  });

  it('sends no GOAWAY', async () => {
    const peer = rawPeer();
    peer.session.close(1000, '');
    peer.session.goAway({ code: 1001, retryAfterMs: 0 });
    await peer.session.drain();
    expect(peer.session.draining).toBe(false);
    expect(await sent(peer, types.goaway)).toEqual([]);
  });

  it('sends what waits, closes its transport once and reports that once, as closed here', async () => {
    const calls: unknown[] = [];
    const transport: ConstructorParameters<typeof MuxSession>[0] = {
      bufferedAmount: 0,
      onmessage: undefined,
      ondrain: undefined,
      onclose: undefined,
      send: (parts) => calls.push(['send', parts[0]?.[0]]),
      close: (code, reason) => calls.push(['close', code, reason]),
      terminate: () => calls.push(['terminate']),
    };
    const session = new MuxSession(transport, { role: 'agent' });
    session.on('close', (close) => calls.push(close));
    session.goAway({ code: 1001, retryAfterMs: 0 });
    session.close(1001, 'over');
    session.close(4000, 'again');
    transport.onclose?.(1006, 'lost');
    await turns(2);
    expect(calls).toEqual([
      ['send', types.ping],
      ['send', types.goaway],
      { code: 1001, reason: 'over', remote: false },
      ['close', 1001, 'over'],
    ]);
  });
});

describe('a GOAWAY', () => {
  it('is sent once, and with it streams of the peer are refused as gone', async () => {
    const peer = rawPeer();
    peer.session.on('stream', () => {});
    peer.send(types.open, 3, { payload: head });
    peer.session.goAway({ code: 4001, retryAfterMs: 258, prefer: ['b'] });
    peer.send(types.open, 5, { payload: head });
    const drained = peer.session.drain();
    const payload = Buffer.from([0, 0, 0, 3, 4001 >> 8, 4001 & 255, 0, 0, 1, 2, 1, 0, 1, 98]);
    expect(await sent(peer, types.goaway)).toMatchObject([{ payload }]);
    expect(await sent(peer, types.reset)).toEqual([
      { type: types.reset, flags: 0, stream: 5, payload: Buffer.from([0, 10]) },
    ]);
    expect(peer.session.streamCount).toBe(1);
    peer.session.close(1000, '');
    await drained;
  });
});

describe('a drain', () => {
  it('with a deadline resets the remaining streams, and says why', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const peer = rawPeer();
    const [one, other] = [peer.session.open(head), peer.session.open(head)];
    await sent(peer, types.open);
    const drained = peer.session.drain(100);
    vi.advanceTimersByTime(99);
    expect([one.destroyed, other.destroyed]).toEqual([false, false]);
    vi.advanceTimersByTime(1);
    await drained;
    const reason = 'the tunnel was closed for maintenance';
    for (const { accepted } of [one, other]) await expect(accepted).rejects.toMatchObject({ code: 'gone', reason });
    const payload = Buffer.concat([Buffer.from([0, 10]), Buffer.from(reason)]);
    expect(await sent(peer, types.reset)).toMatchObject([{ payload }, { payload }]);
    peer.session.close(1000, '');
  });

  it('leaves no timer behind when the streams end before its deadline', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const { session } = rawPeer();
    const stream = session.open(head);
    const drained = session.drain(60_000);
    expect(vi.getTimerCount()).toBe(1);
    stream.destroy();
    await drained;
    expect(vi.getTimerCount()).toBe(0);
    session.close(1000, '');
  });
});
