import { turns, useLeakCheck } from '@postern/testkit';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type RawPeer, rawPeer, types, u32 } from './test/raw-peer.ts';

useLeakCheck();

const head = Buffer.from('head');

/** Everything of one type that the session has sent, once it has had time to send it. */
async function sent(peer: RawPeer, type: number): Promise<Buffer[]> {
  await turns(2);
  peer.wire.peer?.deliver(100);
  await turns(2);
  peer.wire.peer?.deliver(100);
  return peer.received.filter((frame) => frame.type === type).map(({ payload }) => payload);
}

/** The payload of an ACK. */
function counts(frames: number, bytes: number): Buffer {
  const payload = Buffer.alloc(12);
  payload.writeUIntBE(frames, 0, 6);
  payload.writeUIntBE(bytes, 6, 6);
  return payload;
}

describe('a new session', () => {
  it('is open, has counted nothing and sends only a PING', async () => {
    const peer = rawPeer({ role: 'agent', now: () => 7 });
    const { closed, draining, streamCount, bytesIn, bytesOut, lastReceivedAt, unacknowledgedFrames } = peer.session;
    expect({ closed, draining, streamCount, bytesIn, bytesOut, lastReceivedAt, unacknowledgedFrames }).toEqual({
      closed: false,
      draining: false,
      streamCount: 0,
      bytesIn: 0,
      bytesOut: 0,
      lastReceivedAt: 7,
      unacknowledgedFrames: 0,
    });
    await turns(2);
    peer.wire.peer?.deliver(100);
    expect(peer.received.map(({ type }) => type)).toEqual([types.ping]);
    peer.session.close(1000, '');
  });
});

describe('the session counts', () => {
  it('the bytes of all frames, headers included, and notes when the last one arrived', async () => {
    let time = 0;
    const peer = rawPeer({ role: 'agent', now: () => time });
    await turns(1);
    expect(peer.session.bytesOut).toBe(16);
    time = 3;
    peer.send(types.ping, 0, { payload: Buffer.alloc(8) });
    await turns(1);
    expect([peer.session.bytesIn, peer.session.bytesOut]).toEqual([16, 32]);
    time = 4;
    peer.send(types.open, 1, { payload: head });
    time = 5;
    expect([peer.session.bytesIn, peer.session.lastReceivedAt]).toEqual([28, 4]);
    peer.session.close(1000, '');
  });

  it('neither frames nor time once it was closed', () => {
    let time = 0;
    const peer = rawPeer({ role: 'agent', now: () => time });
    peer.session.on('stream', () => expect.unreachable());
    peer.session.close(1000, '');
    time = 5;
    peer.send(types.open, 1, { payload: head });
    const { bytesIn, lastReceivedAt, streamCount } = peer.session;
    expect([bytesIn, lastReceivedAt, streamCount]).toEqual([0, 0, 0]);
  });

  it('only the payload of DATA as bytes that the peer may acknowledge', async () => {
    const peer = rawPeer();
    const stream = peer.session.open(head);
    stream.write('12345');
    await sent(peer, types.data);
    expect(peer.session.unacknowledgedFrames).toBe(2);
    peer.send(types.ack, 0, { payload: counts(2, 5) });
    expect([peer.session.unacknowledgedFrames, peer.closed]).toEqual([0, undefined]);
    stream.write('6');
    await sent(peer, types.data);
    peer.send(types.ack, 0, { payload: counts(3, 7) });
    expect(peer.closed).toMatchObject({ code: 4400 });
  });
});

describe('an ACK is sent', () => {
  const peers: RawPeer[] = [];

  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
  afterEach(() => {
    for (const peer of peers.splice(0)) peer.session.close(1000, '');
    vi.useRealTimers();
  });

  /** A session that has received OPEN and `data` frames of 10 bytes. */
  function received(data: number): RawPeer {
    const peer = rawPeer();
    peers.push(peer);
    peer.send(types.open, 1, { payload: head });
    more(peer, data);
    return peer;
  }

  function more(peer: RawPeer, data: number): void {
    for (let i = 0; i < data; i++) peer.send(types.data, 1, { payload: Buffer.alloc(10) });
  }

  it('25 ms after the first frame', async () => {
    const peer = received(1);
    vi.advanceTimersByTime(24);
    expect(await sent(peer, types.ack)).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(await sent(peer, types.ack)).toEqual([counts(2, 10)]);
  });

  it('at once after 64 frames', async () => {
    const peer = received(62);
    expect(await sent(peer, types.ack)).toEqual([]);
    more(peer, 1);
    expect(await sent(peer, types.ack)).toEqual([counts(64, 630)]);
  });

  it('25 ms after the first frame that the last ACK did not count', async () => {
    const peer = received(10);
    vi.advanceTimersByTime(10);
    more(peer, 53);
    await sent(peer, types.ack);
    more(peer, 1);
    vi.advanceTimersByTime(24);
    expect(await sent(peer, types.ack)).toHaveLength(1);
    vi.advanceTimersByTime(1);
    expect(await sent(peer, types.ack)).toEqual([counts(64, 630), counts(65, 640)]);
  });

  it('once for frames that arrive while it is waiting to be sent', async () => {
    const peer = received(1);
    vi.advanceTimersByTime(25);
    more(peer, 1);
    expect(await sent(peer, types.ack)).toEqual([counts(3, 20)]);
    vi.advanceTimersByTime(25);
    expect(await sent(peer, types.ack)).toHaveLength(1);
  });

  it('never after the session was closed, which stops its timer', () => {
    const peer = received(1);
    expect(vi.getTimerCount()).toBe(1);
    peer.session.close(1000, '');
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('the round trip is measured', () => {
  /** Answers every PING until the session sends no more. @returns how many it sent. */
  async function answerAll(peer: RawPeer): Promise<number> {
    for (let answered = 0; answered < 20; answered++) {
      const ping = (await sent(peer, types.ping))[answered];
      if (ping === undefined) return answered;
      peer.send(types.pong, 0, { payload: ping });
    }
    return 20;
  }

  it('four times when the session begins', async () => {
    const peer = rawPeer();
    expect(await answerAll(peer)).toBe(4);
    peer.session.close(1000, '');
  });

  it('again with DATA, more than five seconds after the last PING', async () => {
    let time = 10_000;
    const peer = rawPeer({ role: 'agent', now: () => time });
    await answerAll(peer);
    peer.send(types.open, 1, { payload: head });
    const pingsAfterData = async () => {
      peer.send(types.data, 1, { payload: u32(0) });
      return (await sent(peer, types.ping)).length;
    };
    expect(await pingsAfterData()).toBe(4);
    time += 5000;
    expect(await pingsAfterData()).toBe(4);
    time += 1;
    expect(await pingsAfterData()).toBe(5);
    expect(await pingsAfterData()).toBe(5);
    peer.session.close(1000, '');
  });
});
