import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { turns, until, useLeakCheck } from '@postern/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { initialWindow } from '../options.ts';
import type { MuxStream } from '../stream.ts';
import type { SessionPair, SessionPairOptions } from './session-pair.ts';
import { type Witness, witness } from './witness.ts';

const head = Buffer.from('head');
const places = ['before ACCEPT', 'within the window', 'with bytes that wait for credit'] as const;
const senders = ['opener', 'acceptor'] as const;
const readers = ['reading', 'stalled', 'gone'] as const;

interface Ending {
  /** What the sender does after its last write. */
  does(sender: MuxStream, sessions: SessionPair): void;
  /** What the reader gets: all bytes and the end, all bytes and then an error, or some bytes and then an error. */
  outcome: 'complete' | 'all, then an error' | 'cut';
  code?: string;
}

const endings: Record<string, Ending> = {
  END: { does: (sender) => sender.end(), outcome: 'complete' },
  'END after a GOAWAY': {
    does: (sender, { gateway, agent }) => {
      gateway.goAway({ code: 1001, retryAfterMs: 0 });
      agent.goAway({ code: 1001, retryAfterMs: 0 });
      sender.end();
    },
    outcome: 'complete',
  },
  abort: {
    does: (sender) => sender.abort('upstream-failed', 'broke off'),
    outcome: 'all, then an error',
    code: 'upstream-failed',
  },
  'abort after END': {
    does: (sender) => {
      sender.end();
      sender.abort('upstream-failed', 'broke off');
    },
    outcome: 'all, then an error',
    code: 'upstream-failed',
  },
  reset: { does: (sender) => sender.reset('revoked', 'cut'), outcome: 'cut', code: 'revoked' },
  'abort, then reset': {
    does: (sender) => {
      sender.abort('upstream-failed', 'broke off');
      sender.reset('revoked', 'cut');
    },
    outcome: 'cut',
  },
  'the end of the session': { does: (_, { gateway }) => gateway.close(1001, 'over'), outcome: 'cut', code: 'gone' },
};

/** Tests every kind of ending at every point: what the reader gets of what was written, and that nothing stays open. */
export function endingCompliance(name: string, makePair: (options?: SessionPairOptions) => Promise<SessionPair>): void {
  let pair: SessionPair | undefined;

  describe(`ends over ${name}`, () => {
    useLeakCheck(() => ({ streams: (pair?.gateway.streamCount ?? 0) + (pair?.agent.streamCount ?? 0) }));
    afterEach(async () => {
      const closing = pair;
      pair = undefined;
      await closing?.close();
    });

    const cases = Object.keys(endings).flatMap((ending) =>
      places.flatMap((place) =>
        senders.flatMap((sender) => readers.map((reader) => [ending, place, sender, reader] as const)),
      ),
    );

    it.each(cases)('%s %s by the %s, to a reader that is %s', async (ending, place, sender, reader) => {
      pair = await makePair();
      const { does, outcome, code } = endings[ending] as Ending;
      const arriving = once(pair.agent, 'stream') as Promise<[MuxStream]>;
      const opener = pair.gateway.open(head);
      const [acceptor] = await arriving;
      if (place !== 'before ACCEPT') {
        acceptor.accept(head);
        await opener.accepted;
      }
      const [from, to] = sender === 'opener' ? [opener, acceptor] : [acceptor, opener];
      const [sent, got] = [witness(from), witness(to)];
      // Nothing is written in the other direction, which the reader ends once it gets the end.
      to.on('end', () => to.end());
      if (reader === 'reading') got.read();
      if (reader === 'gone') to.destroy();
      const bytes = randomBytes(place === 'within the window' ? 100_000 : 3 * initialWindow);
      from.write(bytes);
      if (place === 'within the window' && reader !== 'gone') await until(() => to.bytesReceived === bytes.length);
      does(from, pair);
      await turns(3);
      if (place === 'before ACCEPT' && !acceptor.destroyed) acceptor.accept(head);
      if (reader === 'stalled') got.read();
      from.resume();
      await until(() => sent.closed && got.closed);

      if (reader === 'gone') {
        expect({ bytes: got.received.length, ended: got.ended }).toEqual({ bytes: 0, ended: false });
        expect(sent.error).toBeDefined();
      } else if (outcome === 'complete') {
        complete(got, bytes);
        expect(sent).toMatchObject({ finished: true, error: undefined });
      } else {
        const rejected = place === 'before ACCEPT' && sender === 'acceptor' && ending.startsWith('abort');
        cutOff(got, { bytes, all: outcome === 'all, then an error' && !rejected, code });
        expect(sent.error).toBeDefined();
        if (ending !== 'abort after END') expect(sent.finished).toBe(false);
      }
      await until(() => pair?.gateway.streamCount === 0 && pair.agent.streamCount === 0);
    });

    it.each(senders)('a stream aborted by the %s is dropped in time if its reader has stopped', async (sender) => {
      pair = await makePair({ gateway: { abortLingerMs: 20 }, agent: { abortLingerMs: 20 } });
      const arriving = once(pair.agent, 'stream') as Promise<[MuxStream]>;
      const opener = pair.gateway.open(head);
      const [acceptor] = await arriving;
      acceptor.accept(head);
      const [from, to] = sender === 'opener' ? [opener, acceptor] : [acceptor, opener];
      const got = witness(to);
      // This stream waits for credit at the sender; the second one waits for its reader at the receiver.
      from.write(randomBytes(3 * initialWindow));
      from.abort('upstream-failed', 'broke off');
      await until(() => got.closed && from.destroyed);
      expect(got).toMatchObject({ ended: false, error: { code: 'upstream-failed' } });
      expect([pair.gateway.streamCount, pair.agent.streamCount]).toEqual([0, 0]);
      const second = pair.gateway.open(head, { end: true });
      const [answering] = (await once(pair.agent, 'stream')) as [MuxStream];
      answering.accept(head);
      answering.write(randomBytes(1000));
      answering.abort('upstream-failed', 'broke off');
      const stalled = witness(second);
      await until(() => answering.destroyed && second.bytesReceived === 1000);
      await until(() => stalled.closed);
      expect(stalled.error).toMatchObject({ code: 'upstream-failed', remote: true });
    });

    it('a write after the peer’s abort fails with its error, once its bytes were read', async () => {
      pair = await makePair();
      const arriving = once(pair.agent, 'stream') as Promise<[MuxStream]>;
      const near = pair.gateway.open(head);
      const [far] = await arriving;
      far.accept(head);
      await near.accepted;
      const got = witness(near);
      far.write(randomBytes(1000));
      far.abort('upstream-failed', 'broke off');
      await until(() => far.destroyed && near.bytesReceived === 1000);
      await turns(5);
      const written = new Promise<unknown>((resolve) => near.write('too late', resolve));
      await turns(3);
      expect(got.error).toBeUndefined();
      got.read();
      expect(await written).toMatchObject({ code: 'upstream-failed', remote: true });
      await until(() => got.closed);
      expect(got.received.length).toBe(1000);
    });
  });
}

function complete(got: Witness, bytes: Buffer): void {
  expect({ ended: got.ended, error: got.error, all: got.received.equals(bytes) }).toEqual({
    ended: true,
    error: undefined,
    all: true,
  });
}

function cutOff(got: Witness, expected: { bytes: Buffer; all: boolean; code: string | undefined }): void {
  const { received } = got;
  expect({ ended: got.ended, prefix: received.equals(expected.bytes.subarray(0, received.length)) }).toEqual({
    ended: false,
    prefix: true,
  });
  if (expected.all) expect(received.length).toBe(expected.bytes.length);
  expect(got.error).toBeDefined();
  if (expected.code !== undefined) expect(got.error?.code).toBe(expected.code);
}
