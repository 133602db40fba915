import { turns, useLeakCheck } from '@postern/testkit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MuxStream } from './index.ts';
import { type RawPeer, rawFrame, rawPeer, types, u32 } from './test/raw-peer.ts';

useLeakCheck();

const window = 256 * 1024;
const largest = Buffer.alloc(64 * 1024);

/** Opens a stream to the session, which accepts it unless `accept` is false. */
function open(peer: RawPeer, stream = 1, options: { accept?: boolean } = {}): void {
  if (options.accept !== false) {
    peer.session.once('stream', (incoming) => {
      incoming.accept(Buffer.from('ok'));
    });
  }
  peer.send(types.open, stream, { payload: Buffer.from('head') });
}

/** Makes the session open stream 2 to us. */
function openTowardsUs(peer: RawPeer): void {
  peer.session.open(Buffer.from('head'));
}

describe('a protocol error closes the session with 4400', () => {
  const violations: Record<string, (peer: RawPeer) => void> = {
    'an empty message': (peer) => {
      peer.wire.send([Buffer.alloc(0)]);
      peer.wire.deliver(1);
    },
    'an unknown type': (peer) => peer.send(12, 1),
    'the type reserved for DATAGRAM': (peer) => peer.send(7, 1),
    'an unknown flag on OPEN': (peer) => peer.send(types.open, 1, { flags: 8 }),
    'an unknown flag on RESET': (peer) => {
      open(peer);
      peer.send(types.reset, 1, { flags: 2, payload: Buffer.from([0, 1]) });
    },
    'an abort of an id never opened': (peer) => peer.send(types.reset, 1, { flags: 1, payload: Buffer.from([0, 1]) }),
    'reserved bytes that are not zero': (peer) => {
      const frame = rawFrame(types.ping, 0, { payload: Buffer.alloc(8) });
      frame[3] = 1;
      peer.wire.send([frame]);
      peer.wire.deliver(1);
    },
    'OPEN of stream 0': (peer) => peer.send(types.open, 0),
    "OPEN with the other side's parity": (peer) => peer.send(types.open, 2),
    'OPEN of the same id twice': (peer) => {
      open(peer);
      peer.send(types.open, 1);
    },
    'OPEN of a lower id': (peer) => {
      open(peer, 5);
      peer.send(types.open, 3);
    },
    'OPEN of an id whose stream has ended': (peer) => {
      open(peer);
      peer.send(types.reset, 1, { payload: Buffer.from([0, 1]) });
      peer.send(types.open, 1);
    },
    'a head above 64 KiB': (peer) => peer.send(types.open, 1, { payload: Buffer.alloc(64 * 1024 + 1) }),
    'DATA on an id never opened': (peer) => peer.send(types.data, 1, { payload: Buffer.from('x') }),
    'DATA on an id of theirs never opened': (peer) => peer.send(types.data, 2, { payload: Buffer.from('x') }),
    'DATA on 2^32-1': (peer) => peer.send(types.data, 2 ** 32 - 1, { payload: Buffer.from('x') }),
    'END on an id never opened': (peer) => peer.send(types.end, 1),
    'RESET of an id never opened': (peer) => peer.send(types.reset, 1, { payload: Buffer.from([0, 1]) }),
    'CREDIT for an id never opened': (peer) => peer.send(types.credit, 1, { payload: u32(1) }),
    'ACCEPT of an id never opened': (peer) => peer.send(types.accept, 2),
    'CREDIT of 0 bytes': (peer) => {
      open(peer);
      peer.send(types.credit, 1, { payload: u32(0) });
    },
    'empty DATA': (peer) => {
      open(peer);
      peer.send(types.data, 1);
    },
    'DATA above 64 KiB': (peer) => {
      open(peer);
      peer.send(types.data, 1, { payload: Buffer.alloc(64 * 1024 + 1) });
    },
    'ACCEPT by the opener': (peer) => {
      open(peer);
      peer.send(types.accept, 1);
    },
    'a second ACCEPT': (peer) => {
      openTowardsUs(peer);
      peer.send(types.accept, 2);
      peer.send(types.accept, 2);
    },
    'DATA before ACCEPT': (peer) => {
      openTowardsUs(peer);
      peer.send(types.data, 2, { payload: Buffer.from('x') });
    },
    'END before ACCEPT': (peer) => {
      openTowardsUs(peer);
      peer.send(types.end, 2);
    },
    'DATA after END': (peer) => {
      open(peer);
      peer.send(types.end, 1);
      peer.send(types.data, 1, { payload: Buffer.from('x') });
    },
    'DATA after an OPEN flagged as ended': (peer) => {
      peer.session.once('stream', (stream) => stream.accept(Buffer.alloc(0)));
      peer.send(types.open, 1, { flags: 2 });
      peer.send(types.data, 1, { payload: Buffer.from('x') });
    },
    'a second END': (peer) => {
      open(peer);
      peer.send(types.end, 1);
      peer.send(types.end, 1);
    },
    'ACK of frames never sent': (peer) => peer.send(types.ack, 0, { payload: Buffer.from([...Array(11).fill(0), 1]) }),
    'ACK on a stream': (peer) => peer.send(types.ack, 1, { payload: Buffer.alloc(12) }),
    'a short PING': (peer) => peer.send(types.ping, 0, { payload: Buffer.alloc(7) }),
    'a GOAWAY with truncated names': (peer) =>
      peer.send(types.goaway, 0, { payload: Buffer.from([...Array(10).fill(0), 3, 0, 5, 65]) }),
  };

  it.each(Object.keys(violations))('%s', (name) => {
    const peer = rawPeer();
    violations[name]?.(peer);
    expect(peer.closed).toMatchObject({ code: 4400, remote: false });
    expect(peer.closed?.reason).toMatch(/^protocol error: /);
    expect(peer.session.streamCount).toBe(0);
  });
});

describe('a protocol error is named in the reason', () => {
  it.each([
    ["OPEN of an id of the other side's", types.open, 2, ''],
    ['OPEN of an id used before', types.open, 1, ''],
    ['a frame for a stream that was never opened', types.end, 3, ''],
    ['ACK of what was not sent', types.ack, 0, '000000000001000000000000'],
    ['length of PING', types.ping, 0, '00'],
  ])('%s', (violation, type, stream, payload) => {
    const peer = rawPeer();
    open(peer);
    peer.send(type, stream, { payload: Buffer.from(payload, 'hex') });
    expect(peer.closed).toEqual({ code: 4400, reason: `protocol error: ${violation}`, remote: false });
  });
});

it('late frames of a stream that was reset here are dropped', async () => {
  const peer = rawPeer();
  const stream = peer.session.open(Buffer.from('head'));
  await turns(1);
  stream.destroy();
  peer.send(types.accept, 2, { payload: Buffer.from('late') });
  peer.send(types.data, 2, { payload: Buffer.from('late') });
  peer.send(types.credit, 2, { payload: u32(1) });
  peer.send(types.end, 2);
  peer.send(types.reset, 2, { flags: 1, payload: Buffer.from([0, 1]) });
  expect([peer.closed, peer.session.streamCount]).toEqual([undefined, 0]);
  await expect(stream.accepted).rejects.toMatchObject({ code: 'cancelled', remote: false });
  peer.session.close(1000, '');
});

describe('only the offending stream is reset', () => {
  it('when it sends beyond its credit', async () => {
    const peer = rawPeer();
    open(peer);
    for (let sent = 0; sent < window; sent += largest.length) peer.send(types.data, 1, { payload: largest });
    expect(peer.session.streamCount).toBe(1);
    peer.send(types.data, 1, { payload: Buffer.from('x') });
    expect(peer.closed).toBeUndefined();
    expect(peer.session.streamCount).toBe(0);
    await turns();
    // Late frames of that stream are dropped; other streams are not affected.
    for (const type of [types.data, types.credit]) peer.send(type, 1, { payload: u32(9) });
    peer.send(types.end, 1);
    peer.send(types.reset, 1, { payload: Buffer.from([0, 1]) });
    open(peer, 3);
    expect(peer.closed).toBeUndefined();
    expect(peer.session.streamCount).toBe(1);
    peer.session.close(1000, '');
    peer.wire.peer?.deliver(100);
    expect(peer.received.find(({ type }) => type === types.reset)).toMatchObject({
      stream: 1,
      payload: Buffer.concat([Buffer.from([0, 11]), Buffer.from('more DATA than credit')]),
    });
  });

  it('when it gets more credit than allowed', () => {
    const peer = rawPeer();
    open(peer);
    open(peer, 3);
    peer.send(types.credit, 1, { payload: u32(2 ** 31 - 1 - window) });
    expect(peer.session.streamCount).toBe(2);
    peer.send(types.credit, 1, { payload: u32(1) });
    expect(peer.session.streamCount).toBe(1);
    expect(peer.closed).toBeUndefined();
    peer.session.close(1000, '');
  });

  it('when nobody reads it and it sends more than its window', () => {
    const peer = rawPeer();
    const streams = 50;
    for (let i = 0; i < streams; i++) {
      open(peer, 2 * i + 1);
      for (let sent = 0; sent < 2 * window; sent += largest.length) {
        peer.send(types.data, 2 * i + 1, { payload: largest });
      }
    }
    expect(peer.closed).toBeUndefined();
    expect(peer.session.streamCount).toBe(0);
  });
});

it('replaces control characters in text from a peer', async () => {
  const peer = rawPeer();
  const stream = peer.session.open(Buffer.from('head'));
  const reason = Buffer.from('\u0000\u0002no\r\n\u001b]52;x');
  peer.send(types.reset, 2, { payload: reason });
  await expect(stream.accepted).rejects.toMatchObject({ code: 'refused', reason: 'no   ]52;x' });
  peer.session.close(1000, '');
});

describe('a peer that does not read', () => {
  it('is cut off with 4429 when too many answers wait', async () => {
    const peer = rawPeer({ role: 'agent', maxControlBytes: 10_000 });
    // We read nothing from the wire, so the session's transport fills up first.
    for (let i = 0; i < 10_000 && peer.closed === undefined; i++) {
      peer.send(types.ping, 0, { payload: Buffer.alloc(8) });
      if (i % 50 === 0) await turns(1);
    }
    expect(peer.closed).toMatchObject({ code: 4429, remote: false });
  });

  it('cannot make the session queue more for one stream than it granted credit for', async () => {
    const peer = rawPeer();
    peer.session.once('stream', (stream) => {
      stream.accept(Buffer.alloc(0));
      stream.write(Buffer.alloc(10 * window));
    });
    peer.send(types.open, 1);
    for (let i = 0; i < 50; i++) {
      await turns(1);
      peer.wire.peer?.deliver(100);
    }
    const sent = peer.received.filter(({ type }) => type === types.data);
    expect(sent.reduce((sum, { payload }) => sum + payload.length, 0)).toBe(window);
    peer.session.close(1000, '');
  });
});

describe('noise', () => {
  const frame = fc.record({
    type: fc.integer({ min: 0, max: 13 }),
    stream: fc.constantFrom(0, 1, 2, 3, 4, 5, 7, 2 ** 32 - 1),
    flags: fc.constantFrom(0, 0, 0, 1, 2, 3, 4, 6, 255),
    payload: fc.oneof(fc.uint8Array({ maxLength: 20 }), fc.constant(new Uint8Array([0, 0, 0, 1]))),
  });

  /** Well-formed frames in any order, which reach every state of a stream. */
  const formed = fc.oneof(
    fc.record({
      type: fc.constant(types.open),
      flags: fc.constantFrom(0, 1, 2, 4, 6),
      payload: fc.constant(Buffer.from('head')),
    }),
    fc.record({ type: fc.constant(types.accept), flags: fc.constantFrom(0, 2), payload: fc.constant(u32(1)) }),
    fc.record({
      type: fc.constant(types.data),
      flags: fc.constant(0),
      payload: fc.constantFrom(...[1, 5000, 65_536].map((size) => Buffer.alloc(size))),
    }),
    fc.record({ type: fc.constant(types.end), flags: fc.constant(0), payload: fc.constant(Buffer.alloc(0)) }),
    fc.record({
      type: fc.constant(types.reset),
      flags: fc.constantFrom(0, 1, 1),
      payload: fc.constant(Buffer.from([0, 4])),
    }),
    fc.record({
      type: fc.constant(types.credit),
      flags: fc.constant(0),
      payload: fc.constantFrom(u32(1), u32(300_000), u32(2 ** 31 - 1)),
    }),
  );
  const step = fc.record({
    frame: formed,
    stream: fc.integer({ min: 1, max: 6 }),
    own: fc.integer({ max: 9, min: 0 }),
  });

  /** What the session's own side does with its streams in between. */
  function meddle(streams: MuxStream[], what: number): void {
    const stream = streams[what % Math.max(1, streams.length)];
    if (stream === undefined || stream.destroyed) return;
    if (what === 0) stream.abort('upstream-failed', 'broke off');
    else if (what === 1) stream.reset('revoked', 'cut');
    else if (what === 2) stream.resume();
    else if (what === 3) stream.pause();
    else if (what === 4) stream.end();
    else if (what === 5 && !stream.writableEnded) stream.write(Buffer.alloc(100_000));
    else if (what === 6) stream.destroy();
  }

  it('of well-formed frames in any order never throws, and leaves no stream once all are destroyed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const peer = rawPeer({ role: 'agent', abortLingerMs: 1000 });
        const streams: MuxStream[] = [peer.session.open(Buffer.from('ours')), peer.session.open(Buffer.from('ours'))];
        peer.session.on('stream', (stream) => {
          streams.push(stream);
          if (stream.id % 4 === 1) stream.accept(Buffer.alloc(0));
        });
        for (const { frame, stream, own } of steps) {
          peer.send(frame.type, stream, frame);
          meddle(streams, own);
          if (own % 4 === 0) await turns(1);
          peer.wire.peer?.deliver(50);
        }
        if (peer.closed !== undefined) expect(peer.closed.code).toBe(4400);
        peer.session.close(1000, 'over');
        for (const stream of streams) stream.destroy();
        expect(peer.session.streamCount).toBe(0);
      }),
      { numRuns: 1500 },
    );
  });

  it('never throws, and at worst closes that session', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(frame, { maxLength: 40 }), async (frames) => {
        const peer = rawPeer();
        peer.session.on('stream', (stream) => {
          stream.accept(stream.head.length % 2 === 0 ? stream.head : Buffer.alloc(0));
          stream.pipe(stream);
        });
        peer.session.open(Buffer.alloc(0)).resume();
        for (const { type, stream, flags, payload } of frames) {
          peer.send(type, stream, { flags, payload });
          if (type % 5 === 0) await turns(1);
        }
        if (peer.closed !== undefined) expect(peer.closed.code).toBe(4400);
        peer.session.close(1000, 'over');
        await turns(1);
        expect(peer.session.streamCount).toBe(0);
      }),
      { numRuns: 1500 },
    );
  });
});
