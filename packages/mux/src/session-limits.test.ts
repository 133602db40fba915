import { turns, until, useLeakCheck } from '@postern/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import {
  DrainingError,
  initialWindow,
  MuxSession,
  type MuxStream,
  narrowWindow,
  TooManyStreamsError,
  wideStreams,
} from './index.ts';
import { mostWideStreams } from './options.ts';
import { type RawPeer, rawPeer, types, u32 } from './test/raw-peer.ts';
import { memorySessionPair, type SessionPair } from './test/session-pair.ts';

useLeakCheck();

const head = Buffer.from('head');
const chunk = Buffer.alloc(1000, 7);
const MiB = 1024 * 1024;

function resets(peer: RawPeer): { stream: number; code: number }[] {
  return peer.received
    .filter(({ type }) => type === types.reset)
    .map(({ stream, payload }) => ({ stream, code: payload.readUInt16BE(0) }));
}

/** Delivers what the session has queued to the raw peer. */
async function settle(peer: RawPeer): Promise<void> {
  for (let i = 0; i < 5; i++) {
    await turns(1);
    peer.wire.peer?.deliver(10_000);
  }
}

describe('a stream that both sides ended', () => {
  const waysOut: Record<string, (stream: MuxStream) => void> = {
    'its reader reads the last byte': (stream) => stream.resume(),
    'its reader reads it in small pieces': (stream) => {
      stream.on('readable', () => {
        while (stream.read(7) !== null || stream.read() !== null);
      });
    },
    'it is destroyed': (stream) => stream.destroy(),
    'it is destroyed with an error': (stream) => stream.destroy(new Error('the client left')),
    'it is reset': (stream) => stream.reset('revoked', 'cut'),
  };

  /** Streams that the session accepts and ends immediately, without reading; the peer has sent bytes and END. */
  function unread(peer: RawPeer, ids: number[]): MuxStream[] {
    const streams: MuxStream[] = [];
    const keep = (stream: MuxStream): void => {
      stream.accept(head, { end: true });
      streams.push(stream);
    };
    peer.session.on('stream', keep);
    for (const id of ids) {
      peer.send(types.open, id, { flags: 4, payload: head });
      peer.send(types.data, id, { payload: chunk });
      peer.send(types.end, id);
    }
    peer.session.off('stream', keep);
    return streams;
  }

  it.each(Object.keys(waysOut))('counts as a stream of the peer until %s', async (way) => {
    const peer = rawPeer({ role: 'agent', maxStreams: 4 });
    const streams = unread(peer, [1, 3, 5, 7, 9, 11, 13, 15]);
    expect(peer.session.streamCount).toBe(8);
    peer.send(types.open, 17, { flags: 4, payload: head });
    await settle(peer);
    expect(resets(peer)).toEqual([{ stream: 17, code: 7 }]);
    for (const stream of streams) waysOut[way]?.(stream);
    await settle(peer);
    expect(peer.session.streamCount).toBe(0);
    peer.send(types.open, 19, { flags: 4, payload: head });
    await settle(peer);
    expect(resets(peer).length).toBe(1);
    peer.session.close(1000, '');
  });

  it('closes when it is reset, if it carried no bytes and nobody read its end', async () => {
    const peer = rawPeer({ role: 'agent' });
    const stream = peer.session.open(head, { end: true });
    await settle(peer);
    peer.send(types.accept, stream.id, { payload: head });
    peer.send(types.end, stream.id);
    await settle(peer);
    expect(peer.session.streamCount).toBe(0);
    const errors: Error[] = [];
    stream.on('error', (error) => errors.push(error));
    const closed = new Promise<void>((resolve) => stream.once('close', resolve));
    stream.reset('cancelled', 'the client has gone');
    await closed;
    expect(errors).toEqual([]);
    peer.session.close(1000, '');
  });

  it('does not make the session refuse a peer that keeps to the limit', async () => {
    const peer = rawPeer({ role: 'agent', maxStreams: 4 });
    unread(peer, [1, 3, 5, 7]);
    for (const id of [9, 11, 13, 15]) peer.send(types.open, id, { flags: 4, payload: head });
    await settle(peer);
    expect(resets(peer)).toEqual([]);
    // A fifth open stream is one too many.
    peer.send(types.open, 17, { flags: 4, payload: head });
    await settle(peer);
    expect(resets(peer)).toEqual([{ stream: 17, code: 7 }]);
    peer.session.close(1000, '');
  });

  it.each(Object.keys(waysOut))('counts as a stream of our own until %s', async (way) => {
    const peer = rawPeer({ role: 'agent', maxStreams: 2 });
    const streams = [1, 2].map(() => peer.session.open(head, { end: true }));
    await settle(peer);
    for (const { id } of streams) {
      peer.send(types.accept, id, { payload: head });
      peer.send(types.data, id, { payload: chunk });
      peer.send(types.end, id);
    }
    expect(peer.session.streamCount).toBe(2);
    expect(() => peer.session.open(head)).toThrow(TooManyStreamsError);
    for (const stream of streams) waysOut[way]?.(stream);
    await settle(peer);
    expect(peer.session.streamCount).toBe(0);
    peer.session.open(head);
    peer.session.close(1000, '');
  });

  it('does not delay a drain, and its bytes stay readable', async () => {
    const peer = rawPeer({ role: 'agent' });
    const [stream] = unread(peer, [1]);
    await peer.session.drain(60_000);
    peer.session.close(1001, 'drained');
    expect(peer.session.streamCount).toBe(1);
    const chunks: Buffer[] = [];
    let ended = false;
    stream
      ?.on('data', (data: Buffer) => chunks.push(data))
      .on('end', () => {
        ended = true;
      });
    await until(() => ended);
    expect(Buffer.concat(chunks).equals(chunk)).toBe(true);
    expect(peer.session.streamCount).toBe(0);
  });
});

describe('bytes held for readers that stall', () => {
  let pair: SessionPair | undefined;
  afterEach(async () => {
    await pair?.close();
    pair = undefined;
  });

  const first = (streams: number) =>
    Math.min(streams, wideStreams) * initialWindow + Math.max(0, streams - wideStreams) * narrowWindow;

  /** Opens streams over which each side floods the other. @returns what each side holds once nothing moves any more. */
  async function stall(streams: number, options: { readFirst?: number } = {}): Promise<{ held: number[] }> {
    pair = await memorySessionPair();
    const { gateway, agent } = pair;
    const far: MuxStream[] = [];
    const flood = (stream: MuxStream): void => {
      const fill = (): void => {
        while (!stream.destroyed && stream.write(Buffer.alloc(64 * 1024)));
      };
      stream.on('drain', fill);
      fill();
    };
    agent.on('stream', (stream) => {
      stream.accept(head);
      far.push(stream);
      flood(stream);
    });
    const near = Array.from({ length: streams }, () => gateway.open(head));
    near.forEach(flood);
    const consumed = new Map<MuxStream, number>();
    if (options.readFirst !== undefined) {
      const wanted = options.readFirst;
      await until(() => far.length === streams);
      for (const stream of [...near, ...far]) {
        consumed.set(stream, 0);
        stream.on('data', (data: Buffer) => {
          const sum = (consumed.get(stream) ?? 0) + data.length;
          consumed.set(stream, sum);
          if (sum >= wanted) stream.pause();
        });
      }
      await until(() => [...consumed.values()].every((sum) => sum >= wanted));
    }
    const held = (side: MuxStream[]) =>
      side.reduce((sum, stream) => sum + stream.bytesReceived - (consumed.get(stream) ?? 0), 0);
    for (let before = -1, now = 0; before !== now || far.length < streams; ) {
      before = now;
      await turns(20);
      now = held(near) + held(far);
    }
    return { held: [held(near), held(far)] };
  }

  it.each([1, 64, 65, 200, 1024])('are the initial windows of %d streams, on each side', async (streams) => {
    const { held } = await stall(streams);
    expect(held).toEqual([first(streams), first(streams)]);
    if (streams === 200) expect(first(streams)).toBeLessThan(26 * MiB);
  });

  it('are at most 16 MiB more when 200 streams read fast and then stall', async () => {
    const { held } = await stall(200, { readFirst: 600_000 });
    for (const bytes of held) expect(bytes).toBeLessThanOrEqual(first(200) + 16 * MiB);
  });

  it('cannot be multiplied by a peer that opens every stream as wide', async () => {
    const peer = rawPeer({ role: 'agent' });
    for (let i = 0; i < 300; i++) {
      peer.send(types.open, 2 * i + 1, { payload: head });
      for (let k = 0; k < 4; k++) peer.send(types.data, 2 * i + 1, { payload: Buffer.alloc(64 * 1024) });
    }
    await settle(peer);
    expect(peer.session.streamCount).toBe(mostWideStreams);
    expect(new Set(resets(peer).map(({ code }) => code))).toEqual(new Set([7]));
    expect(peer.closed).toBeUndefined();
    peer.session.close(1000, '');
  });

  it('are those of 128 wide streams at most: one more is refused, a narrow one is not', async () => {
    const peer = rawPeer({ role: 'agent' });
    for (let i = 0; i <= mostWideStreams; i++) peer.send(types.open, 2 * i + 1, { payload: head });
    peer.send(types.open, 1001, { flags: 4, payload: head });
    await settle(peer);
    expect(resets(peer)).toEqual([{ stream: 2 * mostWideStreams + 1, code: 7 }]);
    expect(peer.session.streamCount).toBe(mostWideStreams + 1);
    peer.session.close(1000, '');
  });

  it('are at most 64 KiB for a narrow stream, which one more byte resets', async () => {
    const peer = rawPeer({ role: 'agent' });
    peer.send(types.open, 1, { flags: 4, payload: head });
    peer.send(types.data, 1, { payload: Buffer.alloc(64 * 1024) });
    peer.send(types.data, 1, { payload: Buffer.alloc(1) });
    await settle(peer);
    expect(resets(peer)).toEqual([{ stream: 1, code: 11 }]);
    peer.session.close(1000, '');
  });
});

describe('heads that wait to be sent', () => {
  const large = Buffer.alloc(45_000, 'h');

  /** A session whose transport is full: no queued control frame is sent before the peer receives something. */
  async function blocked(options: Partial<ConstructorParameters<typeof MuxSession>[1]> = {}): Promise<RawPeer> {
    const peer = rawPeer({ role: 'agent', transportBuffer: 1, maxStreams: 100_000, ...options });
    await turns(2);
    expect(peer.wire.peer?.bufferedAmount).toBeGreaterThan(0);
    return peer;
  }

  it('are at most 1 MiB: then open throws, until they have been sent', async () => {
    const peer = await blocked();
    let opened = 0;
    expect(() => {
      for (; opened < 2000; opened++) peer.session.open(large);
    }).toThrow(TooManyStreamsError);
    expect(opened * large.length).toBeGreaterThan(0.9 * MiB);
    expect(opened * large.length).toBeLessThanOrEqual(MiB);
    expect(() => peer.session.open(head)).not.toThrow();
    for (let i = 0; i < 60; i++) {
      await turns(1);
      peer.wire.peer?.deliver(1);
    }
    expect(peer.session.open(large)).toBeDefined();
    expect(peer.closed).toBeUndefined();
    peer.session.close(1000, '');
  });

  it('may fill the limit to the last byte, and the first one may exceed it', async () => {
    const peer = await blocked({ maxControlBytes: 1024 });
    const first = peer.session.open(large);
    expect(() => peer.session.open(Buffer.alloc(0))).toThrow(TooManyStreamsError);
    first.destroy();
    // A head that waits counts as 136 bytes more than it has: its header, and what it takes in memory.
    peer.session.open(Buffer.alloc(500));
    expect(() => peer.session.open(Buffer.alloc(1024 - 636 + 1))).toThrow(TooManyStreamsError);
    expect(() => peer.session.open(Buffer.alloc(1024 - 636))).not.toThrow();
    peer.session.close(1000, '');
  });

  it('are at most 1 MiB for ACCEPT too: a stream beyond it is reset with limit, the session continues', async () => {
    const peer = await blocked();
    peer.session.on('stream', (stream) => stream.accept(large));
    for (let i = 0; i < 100; i++) peer.send(types.open, 2 * i + 1, { flags: 4, payload: head });
    const accepted = peer.session.streamCount;
    expect(accepted * large.length).toBeGreaterThan(0.9 * MiB);
    expect(accepted * large.length).toBeLessThanOrEqual(MiB);
    for (let i = 0; i < 300; i++) {
      await turns(1);
      peer.wire.peer?.deliver(1);
    }
    expect(peer.closed).toBeUndefined();
    expect(resets(peer)).toHaveLength(100 - accepted);
    expect(new Set(resets(peer).map(({ code }) => code))).toEqual(new Set([7]));
    peer.session.close(1000, '');
  });

  const cancels: Record<string, (stream: MuxStream, peer: RawPeer) => void> = {
    reset: (stream) => stream.reset('cancelled', 'no longer wanted'),
    destroy: (stream) => stream.destroy(),
    'an error': (stream) => stream.destroy(new Error('the client left')),
    'a GOAWAY': (_, peer) => peer.send(types.goaway, 0, { payload: Buffer.alloc(11) }),
  };

  it.each(Object.keys(cancels))('are withdrawn, and nothing is sent for the stream, after %s', async (name) => {
    const peer = await blocked();
    const stream = peer.session.open(large, { interactive: true });
    stream.write('typed ahead');
    cancels[name]?.(stream, peer);
    await settle(peer);
    const next = name === 'a GOAWAY' ? undefined : peer.session.open(head);
    await settle(peer);
    const about = peer.received.filter((frame) => frame.stream !== 0).map((frame) => [frame.type, frame.stream]);
    expect(about).toEqual(next === undefined ? [] : [[types.open, next.id]]);
    if (next !== undefined) expect(next.id).toBeGreaterThan(stream.id);
    // The peer acknowledges what it received. Had withdrawn frames been counted, some would stay unacknowledged.
    const ack = Buffer.alloc(12);
    ack.writeUIntBE(about.length, 0, 6);
    peer.send(types.ack, 0, { payload: ack });
    expect([peer.closed, peer.session.unacknowledgedFrames]).toEqual([undefined, 0]);
    peer.session.close(1000, '');
  });

  it('are sent before the bytes and the error of a stream that is aborted meanwhile', async () => {
    const peer = await blocked();
    const stream = peer.session.open(head);
    stream.write('bytes');
    stream.abort('upstream-failed', 'broke off');
    await settle(peer);
    expect(peer.received.filter((frame) => frame.stream === stream.id).map(({ type }) => type)).toEqual([
      types.open,
      types.data,
      types.reset,
    ]);
    peer.session.close(1000, '');
  });

  it('leave nothing behind, however many are cancelled', async () => {
    const peer = await blocked();
    for (let i = 0; i < 20_000; i++) peer.session.open(large).destroy();
    await settle(peer);
    expect(peer.session.streamCount).toBe(0);
    expect(peer.received.filter(({ stream }) => stream !== 0)).toEqual([]);
    peer.session.close(1000, '');
  });
});

describe('answers that wait to be read', () => {
  const floods: Record<string, (peer: RawPeer, i: number) => void> = {
    PINGs: (peer) => peer.send(types.ping, 0, { payload: Buffer.alloc(8) }),
    'refused streams': (peer, i) => peer.send(types.open, 2 * i + 5, { flags: 4, payload: head }),
    'streams with excessive credit': (peer, i) => {
      peer.send(types.open, 2 * i + 5, { flags: 4, payload: head });
      peer.send(types.credit, 2 * i + 5, { payload: u32(2 ** 31 - 1) });
    },
  };

  it.each(Object.keys(floods))('end the session with 4429 at 1 MiB: %s', async (name) => {
    const peer = rawPeer({ role: 'agent', transportBuffer: 1, maxStreams: name.includes('refused') ? 1 : 10 });
    await turns(2);
    peer.send(types.open, 1, { flags: 4, payload: head });
    let sent = 0;
    for (; sent < 20_000 && peer.closed === undefined; sent++) floods[name]?.(peer, sent);
    expect(peer.closed).toMatchObject({ code: 4429, remote: false });
    // Each answer counts as 128 bytes more than it has.
    expect(sent).toBeLessThan(8000);
    expect(sent).toBeGreaterThan(3000);
  });

  it('may fill the limit to the last byte', async () => {
    // A PONG that waits counts as 144 bytes.
    const peer = rawPeer({ role: 'agent', transportBuffer: 1, maxControlBytes: 10 * 144 });
    await turns(2);
    for (let i = 0; i < 10; i++) peer.send(types.ping, 0, { payload: Buffer.alloc(8) });
    expect(peer.closed).toBeUndefined();
    peer.send(types.ping, 0, { payload: Buffer.alloc(8) });
    expect(peer.closed).toEqual({ code: 4429, reason: 'answers are asked for and not read', remote: false });
  });

  it('do not include our own heads', async () => {
    const peer = rawPeer({ role: 'agent', transportBuffer: 1 });
    await turns(2);
    while (peer.session.streamCount < 20) peer.session.open(Buffer.alloc(50_000));
    for (let i = 0; i < 1000; i++) peer.send(types.ping, 0, { payload: Buffer.alloc(8) });
    expect(peer.closed).toBeUndefined();
    peer.session.close(1000, '');
  });
});

describe('an acceptor that ends before it accepts', () => {
  it.each([
    ['without bytes', '', true],
    ['after bytes', 'written before', false],
  ])('%s: END is sent once, and finish is emitted', async (_case, bytes, isFlag) => {
    const peer = rawPeer({ role: 'agent' });
    let finished = 0;
    peer.session.on('stream', (stream) => {
      stream.resume();
      stream.on('finish', () => finished++);
      if (bytes !== '') stream.write(bytes);
      stream.end();
      setImmediate(() => stream.accept(head, { end: true }));
    });
    peer.send(types.open, 1, { flags: 2, payload: head });
    await settle(peer);
    expect(finished).toBe(1);
    expect(peer.session.streamCount).toBe(0);
    const about = peer.received.filter(({ stream }) => stream === 1);
    expect(about.map(({ type }) => type)).toEqual(isFlag ? [types.accept] : [types.accept, types.data, types.end]);
    peer.session.close(1000, '');
  });

  it('by accept(…, { end: true }): bytes written before it are sent', async () => {
    const peer = rawPeer({ role: 'agent' });
    peer.session.on('stream', (stream) => {
      stream.write('one');
      stream.write('two');
      stream.accept(head, { end: true });
    });
    peer.send(types.open, 1, { flags: 2, payload: head });
    await settle(peer);
    const data = peer.received.filter(({ type }) => type === types.data).map(({ payload }) => String(payload));
    expect(data.join('')).toBe('onetwo');
    // The session may send an ACK or a PING of its own at any time.
    expect(peer.received.findLast(({ stream }) => stream === 1)).toMatchObject({ type: types.end });
    peer.session.close(1000, '');
  });
});

describe('a session whose stream ids are used up', () => {
  it('sends a GOAWAY, finishes what is open, then closes with 1001', async () => {
    const peer = rawPeer({ role: 'agent', lastStreamId: 6 });
    let spent = 0;
    peer.session.on('spent', () => spent++);
    const streams = [1, 2, 3].map(() => peer.session.open(head, { end: true }));
    expect(streams.map(({ id }) => id)).toEqual([2, 4, 6]);
    for (let i = 0; i < 3; i++) expect(() => peer.session.open(head)).toThrow(DrainingError);
    await settle(peer);
    expect(spent).toBe(1);
    expect(peer.received.filter(({ type }) => type === types.goaway)).toHaveLength(1);
    for (const { id } of streams.slice(1)) peer.send(types.accept, id, { flags: 2, payload: head });
    await turns(2);
    expect(peer.closed).toBeUndefined();
    peer.send(types.accept, 2, { flags: 2, payload: head });
    await turns(2);
    expect(peer.closed).toEqual({ code: 1001, reason: 'the stream ids of this tunnel are used up', remote: false });
  });

  it('closes at once when nothing is open', async () => {
    const peer = rawPeer({ role: 'agent', lastStreamId: 2 });
    const stream = peer.session.open(head, { end: true });
    stream.resume();
    await settle(peer);
    peer.send(types.accept, 2, { flags: 2, payload: head });
    expect(() => peer.session.open(head)).toThrow('used up');
    await turns(2);
    expect(peer.closed).toMatchObject({ code: 1001 });
  });
});
