import { turns, useLeakCheck } from '@postern/testkit';
import { describe, expect, it } from 'vitest';
import { type MuxStream, narrowWindow, StreamResetError, wideStreams } from './index.ts';
import { type RawPeer, rawPeer, types, u32 } from './test/raw-peer.ts';

useLeakCheck();

const head = Buffer.from('head');
const KiB = 1024;

/** A stream that the peer opened and the session accepted. */
function accepted(peer: RawPeer, flags = 0): MuxStream {
  let opened: MuxStream | undefined;
  peer.session.once('stream', (stream) => {
    stream.accept(head);
    opened = stream;
  });
  peer.send(types.open, 1, { flags, payload: head });
  if (opened === undefined) throw new Error('no stream');
  return opened;
}

/** The RESETs that the session sends when it has had time to. */
async function resets(peer: RawPeer): Promise<{ flags: number; payload: Buffer }[]> {
  await turns(2);
  peer.wire.peer?.deliver(100);
  return peer.received.filter(({ type }) => type === types.reset).map(({ flags, payload }) => ({ flags, payload }));
}

it('opened without a body is ended for writing from the start', () => {
  const peer = rawPeer();
  const opened = [{ end: true }, { end: false }, {}].map((options) => peer.session.open(head, options));
  expect(opened.map((stream) => stream.writableEnded)).toEqual([true, false, false]);
  peer.session.close(1000, '');
});

describe('has no data', () => {
  it.each([
    ['if it was opened as ended', 2, [], true],
    ['if it ended before any byte', 0, ['end'], true],
    ['not while bytes may follow', 0, [], false],
    ['not after bytes', 0, ['data'], false],
    ['not after bytes and the end', 0, ['data', 'end'], false],
  ] as const)('%s', (_case, flags, frames, hasNoData) => {
    const peer = rawPeer();
    const stream = accepted(peer, flags);
    for (const frame of frames) peer.send(types[frame], 1, { payload: Buffer.alloc(frame === 'data' ? 1 : 0) });
    expect(stream.hasNoData).toBe(hasNoData);
    peer.session.close(1000, '');
  });
});

describe('the receive window', () => {
  it('is 256 KiB for the first streams and 64 KiB for those after them', () => {
    const peer = rawPeer();
    const windows = Array.from({ length: wideStreams + 1 }, () => peer.session.open(head).receiveWindow);
    expect(windows).toEqual([...Array(wideStreams).fill(256 * KiB), narrowWindow]);
    peer.session.close(1000, '');
  });

  it.each([
    ['doubles when half of it is read within two round trips', 59, 512],
    ['keeps its size when that takes two round trips', 60, 256],
  ])('%s', async (_case, tookMs, expected) => {
    let time = 0;
    const peer = rawPeer({ role: 'agent', now: () => time });
    await turns(1);
    peer.wire.peer?.deliver(1);
    time = 30;
    peer.send(types.pong, 0, { payload: peer.received[0]?.payload ?? u32(0) });
    const stream = accepted(peer);
    stream.resume();
    await turns(1);
    time += tookMs;
    for (let i = 0; i < 2; i++) peer.send(types.data, 1, { payload: Buffer.alloc(64 * KiB) });
    await turns(1);
    expect(stream.receiveWindow).toBe(expected * KiB);
    peer.session.close(1000, '');
  });
});

describe('destroy tells the peer', () => {
  it.each([
    ['that the stream was cancelled, without an error', undefined, [1, '']],
    ['that something is wrong here, but not what, with any error', new Error('a secret'), [12, '']],
    [
      'the code and the reason of a StreamResetError',
      new StreamResetError('timeout', 'too slow', true),
      [5, 'too slow'],
    ],
  ])('%s', async (_case, error, [code, reason]) => {
    const peer = rawPeer();
    accepted(peer).destroy(error);
    const payload = Buffer.concat([Buffer.from([0, Number(code)]), Buffer.from(String(reason))]);
    expect(await resets(peer)).toEqual([{ flags: 0, payload }]);
    peer.session.close(1000, '');
  });
});

it('abort does nothing to a stream that was destroyed', async () => {
  const peer = rawPeer();
  const stream = accepted(peer);
  stream.destroy();
  stream.abort('upstream-failed', 'broke off');
  expect(stream.writableEnded).toBe(false);
  expect(await resets(peer)).toEqual([{ flags: 0, payload: Buffer.from([0, 1]) }]);
  peer.session.close(1000, '');
});
