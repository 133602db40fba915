import { turns, useLeakCheck } from '@postern/testkit';
import { describe, expect, it } from 'vitest';
import { MuxSession, type MuxStream } from './index.ts';
import { memoryPair } from './test/memory-transport.ts';
import { rawPeer, types, u32 } from './test/raw-peer.ts';

useLeakCheck();

/** A session whose transport is full of bulk data, with more waiting, and access to what it sends next. */
async function underLoad(streams: number) {
  const { gateway, agent } = memoryPair({ manual: true });
  const session = new MuxSession(gateway, { role: 'gateway' });
  const sent: { type: number; stream: number; length: number }[] = [];
  agent.onmessage = (parts) => {
    const bytes = Buffer.concat(parts);
    sent.push({ type: bytes[0] ?? 0, stream: bytes.readUInt32BE(4), length: bytes.length - 8 });
  };
  const head = Buffer.from('head');
  const bulk = Array.from({ length: streams }, () => session.open(head));
  for (const stream of bulk) stream.write(Buffer.alloc(200_000));
  await turns(3);
  return {
    session,
    bulk,
    sent,
    /** Delivers everything in the transport, and what follows it, until nothing is left. */
    async drain() {
      while (gateway.queued > 0) {
        gateway.deliver(1);
        await turns(1);
      }
      return sent;
    },
    inTransport: () => gateway.queued,
    close: () => {
      session.close(1000, '');
    },
  };
}

describe('under bulk load', () => {
  it('at most 128 KiB are in the transport', async () => {
    const { gateway } = memoryPair({ manual: true });
    const session = new MuxSession(gateway, { role: 'gateway' });
    for (let i = 0; i < 8; i++) session.open(Buffer.from('head')).write(Buffer.alloc(200_000));
    await turns(3);
    expect(gateway.bufferedAmount).toBeGreaterThan(32 * 1024);
    expect(gateway.bufferedAmount).toBeLessThanOrEqual(128 * 1024 + 1024);
    session.close(1000, '');
  });

  it('nothing more is sent while the transport holds as much as it may', async () => {
    // A PING has 16 bytes. The session sends one when it begins.
    const { session, wire } = rawPeer({ role: 'agent', transportBuffer: 16 });
    void session.ping().catch(() => {});
    await turns(2);
    expect(wire.peer?.queued).toBe(1);
    wire.peer?.deliver(1);
    expect(wire.peer?.queued).toBe(1);
    session.close(1000, '');
  });

  it('control frames are sent next', async () => {
    const load = await underLoad(8);
    const before = load.inTransport();
    void load.session.ping().catch(() => {});
    load.bulk[0]?.reset('cancelled', '');
    await turns(1);
    const sent = await load.drain();
    const next = sent.slice(before, before + 2).map(({ type }) => type);
    expect(next).toEqual([types.ping, types.reset]);
    load.close();
  });

  it('a keystroke is sent next, and bulk is sent in smaller chunks while a terminal is open', async () => {
    const load = await underLoad(8);
    const keys = load.session.open(Buffer.from('tty'), { interactive: true });
    keys.write('k');
    await turns(1);
    const before = load.inTransport();
    const sent = await load.drain();
    const after = sent.slice(before);
    expect(after.slice(0, 2)).toMatchObject([
      { type: types.open, stream: keys.id },
      { type: types.data, stream: keys.id, length: 1 },
    ]);
    const rest = after.slice(2).filter(({ type }) => type === types.data);
    expect(rest.length).toBeGreaterThan(10);
    expect(Math.max(...rest.map(({ length }) => length))).toBe(16 * 1024);
    load.close();
  });

  it('a new request overtakes waiting streams', async () => {
    const load = await underLoad(8);
    const request = load.session.open(Buffer.from('get'));
    request.write('body');
    await turns(1);
    const before = load.inTransport();
    const sent = await load.drain();
    expect(sent.slice(before, before + 2).map(({ stream }) => stream)).toEqual([request.id, request.id]);
    load.close();
  });

  it('bulk streams take turns', async () => {
    const load = await underLoad(4);
    const sent = (await load.drain()).filter(({ type }) => type === types.data);
    const ids = load.bulk.map(({ id }) => id);
    for (let round = 0; round < 3; round++) {
      expect(sent.slice(round * 4, round * 4 + 4).map(({ stream }) => stream)).toEqual(ids);
    }
    load.close();
  });
});

describe('while an interactive stream is open', () => {
  const limit = 128 * 1024;

  /** A session with a round trip of `roundTripMs`, whose peer acknowledges only when the test says so. */
  async function toTerminal(roundTripMs: number) {
    let time = 0;
    const peer = rawPeer({ role: 'gateway', interactiveInFlight: limit, now: () => time });
    const { session, wire, received } = peer;
    /** Receives everything the session sends. @returns the DATA bytes so far of all streams but `except`. */
    const take = async (except = 0) => {
      let before = -1;
      while (before < received.length) {
        before = received.length;
        await turns(2);
        wire.peer?.deliver(100);
      }
      const data = received.filter(({ type, stream }) => type === types.data && stream !== except);
      return data.reduce((sum, { payload }) => sum + payload.length, 0);
    };
    await take();
    time = roundTripMs;
    peer.send(types.pong, 0, { payload: received.find(({ type }) => type === types.ping)?.payload ?? u32(0) });
    expect(session.roundTripMs).toBe(roundTripMs);
    const keys = session.open(Buffer.from('tty'), { interactive: true });
    const copy = session.open(Buffer.from('copy'));
    copy.write(Buffer.alloc(220 * 1024));
    const acknowledge = () => {
      const counted = received.filter(({ type }) => type <= types.credit);
      const bytes = counted.reduce((sum, each) => sum + (each.type === types.data ? each.payload.length : 0), 0);
      const payload = Buffer.alloc(12);
      payload.writeUIntBE(counted.length, 0, 6);
      payload.writeUIntBE(bytes, 6, 6);
      peer.send(types.ack, 0, { payload });
    };
    return { peer, session, keys, copy, take, acknowledge, received };
  }

  it('bulk waits for ACKs and keystrokes do not', async () => {
    const { session, keys, take, acknowledge, received } = await toTerminal(0);
    expect(await take(keys.id)).toBe(limit);
    keys.write('k');
    expect(await take(keys.id)).toBe(limit);
    expect(received.findLast(({ type }) => type === types.data)).toMatchObject({ stream: keys.id });
    acknowledge();
    expect(await take(keys.id)).toBe(220 * 1024);
    session.close(1000, '');
  });

  it('bulk continues when the last interactive stream has ended', async () => {
    const { session, keys, take } = await toTerminal(0);
    expect(await take(keys.id)).toBe(limit);
    keys.destroy();
    expect(await take(keys.id)).toBe(220 * 1024);
    session.close(1000, '');
  });

  it('bulk continues at once when the peer resets the last interactive stream', async () => {
    const { peer, session, keys, take } = await toTerminal(0);
    expect(await take(keys.id)).toBe(limit);
    peer.send(types.reset, keys.id, { payload: Buffer.from([0, 1]) });
    await turns(1);
    // Not asked for by `take`, which reports room in the transport.
    expect(peer.wire.peer?.bufferedAmount).toBeGreaterThan(0);
    expect(await take(keys.id)).toBe(220 * 1024);
    session.close(1000, '');
  });

  it('a connection with a long round trip is not throttled', async () => {
    const { session, take } = await toTerminal(1);
    expect(await take()).toBe(220 * 1024);
    session.close(1000, '');
  });
});

describe('credit', () => {
  it('is granted for what was read, half a window at a time', async () => {
    const peer = rawPeer();
    const arrived = Promise.withResolvers<MuxStream>();
    peer.session.once('stream', (stream) => {
      stream.accept(Buffer.alloc(0));
      arrived.resolve(stream);
    });
    peer.send(types.open, 1);
    const stream = await arrived.promise;
    const chunk = Buffer.alloc(32 * 1024);
    for (let i = 0; i < 8; i++) peer.send(types.data, 1, { payload: chunk });
    const credits = () => peer.received.filter(({ type }) => type === types.credit).map(({ payload }) => payload);
    await turns();
    peer.wire.peer?.deliver(100);
    expect(credits()).toEqual([]);
    let read = 0;
    stream.once('readable', () => {});
    await turns();
    while (read < 127 * 1024) read += stream.read(1024)?.length ?? 0;
    await turns();
    peer.wire.peer?.deliver(100);
    expect(credits()).toEqual([]);
    stream.read(1024);
    await turns();
    peer.wire.peer?.deliver(100);
    expect(credits()).toEqual([u32(128 * 1024)]);
    peer.session.close(1000, '');
  });
});

describe('a GOAWAY', () => {
  it('ends our streams that the peer did not process, and no others', async () => {
    const peer = rawPeer();
    const arrived = Promise.withResolvers<MuxStream>();
    peer.session.once('stream', arrived.resolve);
    const [processed, last, later] = [0, 1, 2].map(() => peer.session.open(Buffer.alloc(0)));
    peer.send(types.open, 7);
    const theirs = await arrived.promise;
    const payload = Buffer.concat([u32(last?.id ?? 0), Buffer.alloc(7)]);
    peer.send(types.goaway, 0, { payload });
    await expect(later?.accepted).rejects.toMatchObject({ code: 'gone' });
    expect([processed, last, later, theirs].map((stream) => stream?.destroyed)).toEqual([false, false, true, false]);
    expect(theirs.id).toBeGreaterThan(last?.id ?? 0);
    peer.session.close(1000, '');
  });
});
