import { randomBytes } from 'node:crypto';
import { seededRandom, turns, until, useLeakCheck } from '@postern/testkit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MuxSession, MuxStream } from './index.ts';
import { memorySessionPair } from './test/session-pair.ts';
import { type Witness, witness } from './test/witness.ts';

useLeakCheck();

/** One action at one end of a stream; actions that no longer apply are skipped. */
const act = fc.oneof(
  { weight: 6, arbitrary: fc.record({ does: fc.constant('write'), bytes: fc.integer({ min: 1, max: 3000 }) }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('write'), bytes: fc.integer({ min: 1, max: 400_000 }) }) },
  {
    weight: 9,
    arbitrary: fc.record({ does: fc.constantFrom('accept', 'read', 'pause', 'turn'), bytes: fc.constant(0) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      does: fc.constantFrom('end', 'end', 'accept and end', 'abort', 'reset', 'destroy'),
      bytes: fc.constant(0),
    }),
  },
);
type Act = { does: string; bytes: number };
const script = fc.array(act, { maxLength: 12 });
const stream = fc.record({ byAgent: fc.boolean(), opener: script, acceptor: script });
const run = fc.record({
  streams: fc.array(stream, { minLength: 20, maxLength: 20 }),
  seed: fc.integer(),
  end: fc.constantFrom('nothing', 'nothing', 'nothing', 'GOAWAY', 'close'),
});

const block = randomBytes(1_000_000);

/** One end of a stream: what it did, and what it observed. */
class End {
  readonly seen: Witness & { read(): void };
  readonly #stream: MuxStream;
  readonly #isOpener: boolean;
  readonly written: Buffer[] = [];
  /** It ended the stream early itself, so its own reader is promised nothing. */
  hasCut = false;
  /** It aborted when its bytes could still reach the peer. */
  hasAborted = false;
  hasAccepted = false;
  #isRead = false;
  #offset = 0;

  constructor(stream: MuxStream, isOpener: boolean) {
    this.#stream = stream;
    this.#isOpener = isOpener;
    this.seen = witness(stream);
  }

  do({ does, bytes }: Act): void {
    const stream = this.#stream;
    if (stream.destroyed) return;
    const canWrite = !stream.writableEnded;
    if (does === 'write' && canWrite) {
      const chunk = block.subarray(this.#offset, this.#offset + bytes);
      this.#offset = (this.#offset + bytes) % 500_000;
      this.written.push(chunk);
      stream.write(chunk);
    } else if (does === 'read') {
      if (!this.#isRead) this.seen.read();
      this.#isRead = true;
      stream.resume();
    } else if (does === 'pause' && this.#isRead) {
      stream.pause();
    } else if (does.startsWith('accept') && !this.#isOpener && !this.hasAccepted) {
      this.hasAccepted = true;
      stream.accept(block.subarray(0, 10), { end: does === 'accept and end' });
    } else if (does === 'end') {
      stream.end();
    } else if (does === 'abort') {
      this.hasAborted ||= this.#isOpener || this.hasAccepted;
      this.hasCut = true;
      stream.abort('upstream-failed', 'broke off');
    } else if (does === 'reset' || does === 'destroy') {
      this.hasCut = true;
      this.hasAborted = false;
      if (does === 'reset') stream.reset('revoked', 'cut');
      else stream.destroy();
    }
  }

  /** Accepts, ends and reads, so that nothing stays open. */
  finish(): void {
    for (const does of ['accept', 'end', 'read']) this.do({ does, bytes: 0 });
  }

  get all(): Buffer {
    return Buffer.concat(this.written);
  }
}

/** Checks what a reader observed against what its peer wrote. */
function check(reader: End, writer: End, wasUndisturbed: boolean): void {
  const { received, ended, error } = reader.seen;
  const all = writer.all;
  expect(received.equals(all.subarray(0, received.length)), 'a prefix of what was written').toBe(true);
  if (ended) expect(received.length, 'complete at the end').toBe(all.length);
  if (!wasUndisturbed || reader.hasCut) return;
  if (writer.hasAborted && writer.seen.error?.remote === false) {
    expect(received.length, 'complete before the abort').toBe(all.length);
    expect(error === undefined || error.code === 'upstream-failed').toBe(true);
    expect(ended || error !== undefined).toBe(true);
  }
  if (!writer.hasCut)
    expect({ ended, error, received: received.length }).toEqual({
      ended: true,
      error: undefined,
      received: all.length,
    });
}

describe('streams driven by random scripts', () => {
  it('give each reader what its peer wrote, and leave nothing open', async () => {
    await fc.assert(
      fc.asyncProperty(run, async ({ streams, seed, end }) => {
        const pair = await memorySessionPair({ random: seededRandom(seed) });
        const sides = [pair.gateway, pair.agent] as const;
        const acceptors = new Map<string, End>();
        const arrive = (session: MuxSession) => (incoming: MuxStream) =>
          acceptors.set(`${session === pair.agent}${incoming.id}`, new End(incoming, false));
        for (const session of sides) session.on('stream', arrive(session));
        const ends = streams.map(({ byAgent, opener }) => {
          const own = (byAgent ? pair.agent : pair.gateway).open(block.subarray(0, 20));
          return { key: `${!byAgent}${own.id}`, near: new End(own, true), left: [...opener] };
        });
        const scripts = new Map(ends.map(({ key }, i) => [key, [...(streams[i]?.acceptor ?? [])]]));
        const steps = Math.max(...streams.map(({ opener, acceptor }) => Math.max(opener.length, acceptor.length)));
        for (let step = 0; step < steps; step++) {
          for (const { key, near, left } of ends) {
            const next = left.shift();
            if (next !== undefined) near.do(next);
            const far = acceptors.get(key);
            const answer = far === undefined ? undefined : scripts.get(key)?.shift();
            if (answer !== undefined) far?.do(answer);
          }
          if (step % 3 === 0) await turns(1);
        }
        if (end === 'GOAWAY') pair.gateway.goAway({ code: 1001, retryAfterMs: 0 });
        if (end === 'close') pair.agent.close(1001, 'over');
        await until(() => {
          for (const { near } of ends) near.finish();
          for (const far of acceptors.values()) far.finish();
          return [...ends.map(({ near }) => near), ...acceptors.values()].every(({ seen }) => seen.closed);
        });
        for (const { key, near } of ends) {
          const far = acceptors.get(key);
          if (far === undefined) continue;
          const wasUndisturbed = end === 'nothing';
          check(near, far, wasUndisturbed);
          check(far, near, wasUndisturbed);
        }
        expect([pair.gateway.streamCount, pair.agent.streamCount]).toEqual([0, 0]);
        await pair.close();
      }),
      { numRuns: 100 },
    );
  }, 120_000);
});
