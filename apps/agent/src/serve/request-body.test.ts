import { once } from 'node:events';
import { Readable, Writable } from 'node:stream';
import type { MuxStream } from '@postern/mux';
import { turns } from '@postern/testkit';
import { describe, expect, it } from 'vitest';
import { RequestBody } from './request-body.ts';

/** The stream of a request from the tunnel. */
class Source extends Readable {
  readonly resets: string[] = [];

  reset(code: string, reason: string): void {
    this.resets.push(`${code}: ${reason}`);
    this.destroy(new Error(reason));
  }

  override _read(): void {}
}

/** The body of a request to the apiserver: full after four bytes, until the test takes them. */
class Target extends Writable {
  text = '';
  readonly #isSlow: boolean;
  #take: (() => void) | undefined;

  constructor({ slow = false, emitClose = true } = {}) {
    super({ highWaterMark: 4, emitClose });
    this.#isSlow = slow;
  }

  /** Accepts the pending write. */
  take(): void {
    this.#take?.();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.text += chunk.toString();
    if (this.#isSlow) this.#take = done;
    else done();
  }
}

function newBody(declared?: number): { source: Source; body: RequestBody } {
  const source = new Source();
  source.on('error', () => {});
  return { source, body: new RequestBody(source as unknown as MuxStream, declared) };
}

describe('the body of a request that is sent again', () => {
  it('reaches the second connection from its beginning, each byte once', async () => {
    const { source, body } = newBody();
    const [first, second] = [new Target(), new Target()];
    body.sendTo(first);
    source.push('one ');
    await turns();
    body.sendTo(second);
    source.push('two ');
    source.push(null);
    await turns();
    expect([first.text, first.writableEnded]).toEqual(['one ', false]);
    expect([second.text, second.writableFinished]).toEqual(['one two ', true]);
  });

  it('reaches the second connection if all of it was read before', async () => {
    const { source, body } = newBody();
    const [first, second] = [new Target(), new Target()];
    body.sendTo(first);
    source.push('all');
    source.push(null);
    await turns();
    body.sendTo(second);
    await turns();
    expect([second.text, second.writableFinished]).toEqual(['all', true]);
  });

  it('goes on when the first connection closes late', async () => {
    const { source, body } = newBody();
    const [first, second] = [new Target(), new Target()];
    body.sendTo(first);
    body.sendTo(second);
    await once(first.destroy(), 'close');
    source.push('all');
    source.push(null);
    await turns();
    expect([second.text, second.writableFinished]).toEqual(['all', true]);
  });

  it('waits, after the first connection was lost, until it is sent again', async () => {
    const { source, body } = newBody();
    const [first, second] = [new Target(), new Target()];
    body.sendTo(first);
    await once(first.destroy(), 'close');
    source.push('one ');
    await turns();
    expect(source.isPaused()).toBe(true);
    body.sendTo(second);
    source.push('two');
    source.push(null);
    await turns();
    expect([second.text, second.writableFinished]).toEqual(['one two', true]);
  });

  it('goes on waiting if the first connection was full when it was lost', async () => {
    const { source, body } = newBody();
    const first = new Target({ slow: true });
    body.sendTo(first);
    source.push('full');
    await turns();
    await once(first.destroy(), 'close');
    expect(source.isPaused()).toBe(true);
  });
});

describe('reading the body of a request', () => {
  it('waits until the connection takes more', async () => {
    const { source, body } = newBody();
    const target = new Target({ slow: true });
    body.sendTo(target);
    source.push('full');
    await turns();
    expect(source.isPaused()).toBe(true);
    target.take();
    await turns();
    expect(source.isPaused()).toBe(false);
  });

  it('depends on the latest connection only', async () => {
    const { source, body } = newBody();
    const [first, second] = [new Target({ slow: true }), new Target({ slow: true })];
    body.sendTo(first);
    source.push('full');
    await turns();
    body.sendTo(second);
    expect(source.isPaused()).toBe(false);
    source.push('more');
    await turns();
    first.take();
    await turns();
    expect(source.isPaused()).toBe(true);
  });

  it('continues after its release only as fast as the connection takes it', async () => {
    const { source, body } = newBody();
    const target = new Target({ slow: true });
    body.sendTo(target);
    source.push('full');
    await turns();
    body.release();
    expect(source.isPaused()).toBe(true);
    await once(target.destroy(), 'close');
    source.push('discarded');
    source.push(null);
    await once(source, 'end');
    expect(target.text).toBe('full');
  });

  it.each([
    ['was closed', new Target({ slow: true }), undefined],
    ['failed and has not closed yet', new Target({ slow: true, emitClose: false }), new Error('reset')],
  ])('continues on its release, to nowhere, if the connection %s', async (_how, target, error) => {
    const { source, body } = newBody();
    body.sendTo(target);
    source.push('full');
    await turns();
    target.destroy(error);
    await turns();
    body.release();
    source.push('discarded');
    source.push(null);
    await once(source, 'end');
    expect(target.text).toBe('full');
  });
});

describe('a Content-Length', () => {
  it.each<[string, string, string[], [string, boolean]]>([
    [
      'refuses a longer body',
      'four',
      ['refused: the body of the request is longer than its Content-Length'],
      ['', false],
    ],
    [
      'refuses a shorter body',
      'of',
      ['refused: the body of the request is shorter than its Content-Length'],
      ['of', false],
    ],
    ['allows a body of that length', 'all', [], ['all', true]],
  ])('%s', async (_what, text, resets, sent) => {
    const { source, body } = newBody(3);
    const target = new Target();
    body.sendTo(target);
    source.push(text);
    source.push(null);
    await turns();
    expect(source.resets).toEqual(resets);
    expect([target.text, target.writableEnded]).toEqual(sent);
  });
});
