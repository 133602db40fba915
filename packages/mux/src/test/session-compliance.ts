import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { turns, until, useLeakCheck } from '@postern/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { resetCodes } from '../codes.ts';
import { StreamResetError } from '../errors.ts';
import { initialWindow } from '../options.ts';
import type { MuxStream } from '../stream.ts';
import { echo } from './echo.ts';
import type { SessionPair, SessionPairOptions } from './session-pair.ts';

const head = Buffer.from('request head');
const answer = Buffer.from('response head');
const bulkBytes = 20 * 1024 * 1024;

/** Tests of a pair of sessions, for any transport (docs/protocol.md). */
export function sessionCompliance(
  name: string,
  makePair: (options?: SessionPairOptions) => Promise<SessionPair>,
): void {
  let pair: SessionPair | undefined;

  async function start(options?: SessionPairOptions): Promise<SessionPair> {
    pair = await makePair(options);
    return pair;
  }

  function streams(): number {
    return (pair?.gateway.streamCount ?? 0) + (pair?.agent.streamCount ?? 0);
  }

  async function stop(): Promise<void> {
    const closing = pair;
    pair = undefined;
    await closing?.close();
  }

  /** Opens a stream that the other side accepts. @returns both ends. */
  async function connect({ gateway, agent }: SessionPair): Promise<{ near: MuxStream; far: MuxStream }> {
    const arriving = once(agent, 'stream') as Promise<[MuxStream]>;
    const near = gateway.open(head);
    const [far] = await arriving;
    far.accept(answer);
    await near.accepted;
    return { near, far };
  }

  describe(`mux over ${name}`, () => {
    useLeakCheck(() => ({ streams: streams() }));
    // Runs before the leak check, so that a test that failed halfway closes what it opened.
    afterEach(stop);

    it('opens, accepts and carries heads, flags and bytes both ways', async () => {
      const { gateway, agent } = await start();
      const arriving = once(agent, 'stream') as Promise<[MuxStream]>;
      const near = gateway.open(head, { interactive: true });
      near.end('question');
      const [far] = await arriving;
      expect({ head: String(far.head), interactive: far.interactive, id: far.id }).toEqual({
        head: 'request head',
        interactive: true,
        id: near.id,
      });
      far.accept(answer);
      expect(String(await near.accepted)).toBe('response head');
      expect(String(await buffer(far))).toBe('question');
      far.end('reply');
      expect(String(await buffer(near))).toBe('reply');
      expect([near.bytesSent, near.bytesReceived, far.bytesSent, far.bytesReceived]).toEqual([8, 5, 5, 8]);
      await until(() => streams() === 0);
      await stop();
    });

    it('lets both sides open streams, each with its own ids', async () => {
      const { gateway, agent } = await start();
      gateway.on('stream', echo);
      agent.on('stream', echo);
      const opened = [gateway.open(head), agent.open(head), gateway.open(head), agent.open(head)];
      expect(opened.map((stream) => stream.id)).toEqual([1, 2, 3, 4]);
      for (const stream of opened) stream.end(`from ${stream.id}`);
      const echoes = await Promise.all(opened.map(async (stream) => String(await buffer(stream))));
      expect(echoes).toEqual(['from 1', 'from 2', 'from 3', 'from 4']);
      await stop();
    });

    it('carries heads of 64 KiB, and refuses to send larger ones', async () => {
      const { gateway, agent } = await start();
      agent.on('stream', (stream) => stream.accept(stream.head, { end: true }));
      const large = randomBytes(64 * 1024);
      const stream = gateway.open(large, { end: true });
      expect(Buffer.from(await stream.accepted).equals(large)).toBe(true);
      stream.resume();
      expect(() => gateway.open(randomBytes(64 * 1024 + 1))).toThrow(RangeError);
      await until(() => streams() === 0);
      await stop();
    });

    it('ends streams without bytes by flags on OPEN and ACCEPT', async () => {
      const { gateway, agent } = await start();
      agent.on('stream', (stream) => stream.accept(answer, { end: true }));
      const stream = gateway.open(head, { end: true });
      expect((await buffer(stream)).length).toBe(0);
      await until(() => streams() === 0);
      await stop();
    });

    it('delivers streams that arrived before there was a listener', async () => {
      const { gateway, agent } = await start();
      const stream = gateway.open(head);
      stream.end('early');
      await until(() => agent.streamCount === 1);
      agent.on('stream', echo);
      expect(String(await buffer(stream))).toBe('early');
      await stop();
    });

    it('rejects: the code and the reason arrive, other streams are not affected', async () => {
      const { gateway, agent } = await start();
      agent.once('stream', (stream) => stream.reset('refused', 'not by this agent'));
      const refused = gateway.open(head);
      const error = await refused.accepted.then(
        () => undefined,
        (reason: unknown) => reason,
      );
      expect(error).toBeInstanceOf(StreamResetError);
      expect(error).toMatchObject({ code: 'refused', reason: 'not by this agent', remote: true });
      agent.on('stream', echo);
      const stream = gateway.open(head);
      stream.end('still here');
      expect(String(await buffer(stream))).toBe('still here');
      await stop();
    });

    it('carries every reset code', async () => {
      const { gateway, agent } = await start();
      const codes = Object.keys(resetCodes) as (keyof typeof resetCodes)[];
      for (const code of codes) {
        agent.once('stream', (stream) => stream.reset(code, code));
        await expect(gateway.open(head).accepted).rejects.toMatchObject({ code, remote: true });
      }
      await stop();
    });

    it.each(['opener', 'acceptor'] as const)('half-closes: the %s ends first and still reads', async (first) => {
      const { near, far } = await connect(await start());
      const [closing, open] = first === 'opener' ? [near, far] : [far, near];
      closing.end();
      expect((await buffer(open)).length).toBe(0);
      open.write('one,');
      await turns(3);
      open.end('two');
      expect(String(await buffer(closing))).toBe('one,two');
      await until(() => streams() === 0);
      await stop();
    });

    describe('reset', () => {
      const states: Record<string, (near: MuxStream, far: MuxStream) => Promise<void>> = {
        open: async () => {},
        'half-closed by the opener': async (near, far) => {
          near.end();
          await buffer(far);
        },
        'half-closed by the acceptor': async (near, far) => {
          far.end();
          await buffer(near);
        },
        'with unread bytes': async (near, far) => {
          near.write(randomBytes(100_000));
          far.write(randomBytes(100_000));
          await until(() => near.bytesReceived === 100_000 && far.bytesReceived === 100_000);
        },
        'with bytes that wait for credit': async (near, far) => {
          near.write(randomBytes(4 * initialWindow));
          await until(() => far.bytesReceived === initialWindow);
        },
      };
      const sides = ['opener', 'acceptor'] as const;
      const cases = Object.keys(states).flatMap((state) => sides.map((side) => [state, side] as const));

      it.each(cases)('while %s, by the %s', async (state, side) => {
        const { near, far } = await connect(await start());
        await states[state]?.(near, far);
        const [resetting, other] = side === 'opener' ? [near, far] : [far, near];
        const failed = once(other, 'error') as Promise<[StreamResetError]>;
        resetting.reset('timeout', 'too slow');
        const [error] = await failed;
        expect(error).toMatchObject({ code: 'timeout', reason: 'too slow', remote: true });
        expect([resetting.destroyed, other.destroyed]).toEqual([true, true]);
        await until(() => streams() === 0);
        await stop();
      });

      it('before the peer accepted, by the opener', async () => {
        const { gateway, agent } = await start();
        const arriving = once(agent, 'stream') as Promise<[MuxStream]>;
        const near = gateway.open(head);
        near.write('unanswered');
        const [far] = await arriving;
        const failed = once(far, 'error') as Promise<[StreamResetError]>;
        near.destroy();
        expect((await failed)[0]).toMatchObject({ code: 'cancelled', remote: true });
        await expect(near.accepted).rejects.toMatchObject({ code: 'cancelled', remote: false });
        await stop();
      });

      it('fails writes that can no longer be sent', async () => {
        const { near, far } = await connect(await start());
        const written = new Promise<unknown>((resolve) => near.write(randomBytes(4 * initialWindow), resolve));
        far.reset('limit', '');
        expect(await written).toMatchObject({ code: 'limit' });
        await stop();
      });

      it('of only that stream, when its listener throws', async () => {
        const { gateway, agent } = await start();
        agent.on('stream', (stream) => {
          if (String(stream.head) === 'bad') throw new Error('a bug in a handler');
          echo(stream);
        });
        const bad = gateway.open(Buffer.from('bad'));
        await expect(bad.accepted).rejects.toMatchObject({ code: 'internal', remote: true });
        const good = gateway.open(head);
        good.end('fine');
        expect(String(await buffer(good))).toBe('fine');
        await stop();
      });
    });

    it('carries 20 MB both ways at once, byte-exact, on several streams', async () => {
      const { gateway, agent } = await start();
      const sums = new Map<number, string>();
      agent.on('stream', (stream) => {
        stream.accept(answer);
        const up = createHash('sha256');
        const receiving = pipeline(stream, up, { end: true }).then(() => sums.set(stream.id, up.digest('hex')));
        const sending = bulk(stream.id + 1).then(({ readable, sum }) => {
          sums.set(-stream.id, sum);
          return readable.pipe(stream);
        });
        Promise.all([receiving, sending]).catch((error: Error) => stream.destroy(error));
      });
      await Promise.all(
        [1, 2, 3].map(async () => {
          const stream = gateway.open(head);
          const { readable, sum } = await bulk(stream.id);
          const down = createHash('sha256');
          await Promise.all([pipeline(readable, stream, { end: true }), collect(stream, down)]);
          await until(() => sums.has(stream.id));
          expect(sums.get(stream.id)).toBe(sum);
          expect(down.digest('hex')).toBe(sums.get(-stream.id));
        }),
      );
      await until(() => streams() === 0);
      await stop();
    });

    it('limits a slow reader to its window, and no other stream', async () => {
      const { gateway, agent } = await start();
      const stalled: MuxStream[] = [];
      agent.on('stream', (stream) => {
        if (String(stream.head) === 'stalled') {
          stream.accept(answer);
          stalled.push(stream);
        } else {
          echo(stream);
        }
      });
      const stuck = [1, 2, 3, 4].map(() => gateway.open(Buffer.from('stalled')));
      for (const stream of stuck) stream.write(randomBytes(8 * initialWindow));
      await until(() => stalled.length === 4 && stalled.every((stream) => stream.bytesReceived === initialWindow));
      const free = gateway.open(head);
      const sent = randomBytes(5_000_000);
      free.end(sent);
      expect((await buffer(free)).equals(sent)).toBe(true);
      expect(stalled.map((stream) => stream.bytesReceived)).toEqual(Array(4).fill(initialWindow));
      // Once it is read, everything arrives.
      const [slow] = stalled;
      stuck[0]?.end();
      expect(slow === undefined ? 0 : (await buffer(slow)).length).toBe(8 * initialWindow);
      await stop();
    });

    it('shares bandwidth among 64 streams', async () => {
      const { gateway, agent } = await start();
      const each = 1024 * 1024;
      const received = new Map<number, number>();
      const spread = Promise.withResolvers<number[]>();
      agent.on('stream', (stream) => {
        stream.accept(answer);
        received.set(stream.id, 0);
        stream.on('data', (chunk: Buffer) => {
          const sum = (received.get(stream.id) ?? 0) + chunk.length;
          received.set(stream.id, sum);
          if (sum === each) spread.resolve([...received.values()]);
        });
        stream.on('end', () => stream.end());
      });
      const payload = randomBytes(each);
      const opened = Array.from({ length: 64 }, () => gateway.open(head));
      for (const stream of opened) stream.end(payload);
      // When the first has received everything, no other is far behind.
      const sums = await spread.promise;
      expect(sums.length).toBe(64);
      expect(Math.min(...sums)).toBeGreaterThan(each / 3);
      await Promise.all(opened.map((stream) => buffer(stream)));
      await until(() => streams() === 0);
      await stop();
    });

    it('measures the round trip', async () => {
      const { gateway } = await start();
      const ms = await gateway.ping();
      expect(ms).toBeGreaterThan(0);
      expect(gateway.roundTripMs).toBeLessThanOrEqual(ms);
      await stop();
    });

    it('acknowledges every counted frame', async () => {
      const { gateway, agent } = await start();
      agent.on('stream', echo);
      const stream = gateway.open(head);
      stream.end(randomBytes(300_000));
      await buffer(stream);
      await until(() => gateway.unacknowledgedFrames === 0 && agent.unacknowledgedFrames === 0);
      await stop();
    });

    it('drains: open streams finish, new ones are refused on both sides', async () => {
      const { gateway, agent } = await start();
      agent.on('stream', echo);
      const stream = gateway.open(head);
      const received = once(agent, 'goaway');
      const drained = gateway.drain(10_000);
      expect(await received).toMatchObject([{ code: 1001, retryAfterMs: 0, prefer: [] }]);
      expect(() => gateway.open(head)).toThrow('draining');
      expect(() => agent.open(head)).toThrow('draining');
      stream.end('the last words');
      expect(String(await buffer(stream))).toBe('the last words');
      await drained;
      expect(gateway.streamCount).toBe(0);
      await stop();
    });

    it('drains: resets what is left at the deadline', async () => {
      const started = await start();
      const { far } = await connect(started);
      const failed = once(far, 'error');
      await started.gateway.drain(20);
      expect(await failed).toMatchObject([{ code: 'gone', remote: true }]);
      await stop();
    });

    it('drains: a stream that crossed the GOAWAY was not processed', async () => {
      const { gateway, agent } = await start();
      gateway.on('stream', echo);
      gateway.goAway({ code: 1001, retryAfterMs: 1500, prefer: ['wss://other/tunnel'] });
      const crossing = agent.open(head);
      const received = once(agent, 'goaway');
      await expect(crossing.accepted).rejects.toMatchObject({ code: 'gone', remote: true });
      expect(await received).toMatchObject([{ retryAfterMs: 1500, prefer: ['wss://other/tunnel'], lastStream: 0 }]);
      await stop();
    });

    it('refuses streams beyond the limit of either side', async () => {
      const { gateway, agent } = await start({ gateway: { maxStreams: 3 }, agent: { maxStreams: 2 } });
      agent.on('stream', echo);
      const first = gateway.open(head);
      gateway.open(head);
      await expect(gateway.open(head).accepted).rejects.toMatchObject({ code: 'limit' });
      await until(() => gateway.streamCount === 2);
      gateway.open(head);
      expect(() => gateway.open(head)).toThrow('streams are open');
      first.end();
      await buffer(first);
      await until(() => agent.streamCount === 1);
      await expect(gateway.open(head).accepted).resolves.toBeDefined();
      await stop();
    });

    it('ends every stream with gone when the session ends', async () => {
      const started = await start();
      const { near, far } = await connect(started);
      const pending = started.agent.ping();
      const rejected = expect(pending).rejects.toThrow('closed');
      const failures = Promise.all([once(near, 'error'), once(far, 'error')]);
      const closed = once(started.agent, 'close');
      started.gateway.close(4403, 'removed');
      expect(await failures).toMatchObject([[{ code: 'gone' }], [{ code: 'gone' }]]);
      expect(await closed).toMatchObject([{ code: 4403, reason: 'removed', remote: true }]);
      await rejected;
      expect(() => started.gateway.open(head)).toThrow('4403');
      await stop();
    });

    it('leaves nothing behind after a hundred streams that end in different ways', async () => {
      const { gateway, agent } = await start();
      agent.on('stream', echo);
      gateway.on('stream', echo);
      await Promise.all(
        Array.from({ length: 100 }, async (_, i) => {
          const stream = (i % 2 === 0 ? gateway : agent).open(head);
          stream.write(randomBytes(i * 100));
          if (i % 4 === 0) {
            await stream.accepted;
            stream.destroy();
          } else if (i % 4 === 1) {
            stream.destroy();
          } else {
            stream.end();
            expect((await buffer(stream)).length).toBe(i * 100);
          }
        }),
      );
      await until(() => streams() === 0);
      await stop();
    });
  });
}

/** A third of 20 MB in chunks of odd sizes, with their hash. */
async function bulk(seed: number): Promise<{ readable: Readable; sum: string }> {
  const sizes = [1, 70_000, 4096, 262_144, 13, 65_536, 999_983];
  const block = randomBytes(1_000_000);
  const hash = createHash('sha256');
  const chunks: Buffer[] = [];
  for (let sent = 0, i = seed; sent < bulkBytes / 3; i++) {
    const chunk = block.subarray(0, sizes[i % sizes.length]);
    hash.update(chunk);
    chunks.push(chunk);
    sent += chunk.length;
  }
  return { readable: Readable.from(chunks), sum: hash.digest('hex') };
}

/** Not `for await`: at the end of the loop, Node destroys a Duplex even if its writes are still pending. */
async function collect(stream: MuxStream, hash: ReturnType<typeof createHash>): Promise<void> {
  stream.on('data', (chunk: Buffer) => hash.update(chunk));
  await once(stream, 'end');
}
