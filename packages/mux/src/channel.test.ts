import { once } from 'node:events';
import { turns, useLeakCheck } from '@postern/testkit';
import { describe, expect, it } from 'vitest';
import { Channel, type ChannelHost } from './channel.ts';
import { HeadTooLargeError, StreamResetError } from './errors.ts';
import { decodeFrame, FrameType } from './frame.ts';
import { initialWindow, narrowWindow } from './options.ts';
import { WindowBudget } from './receive-window.ts';
import { MuxStream } from './stream.ts';
import { TestEnd } from './test/test-end.ts';

// An abort that is not over keeps a timer.
useLeakCheck();

const head = Buffer.from('head');
const budgetBytes = 1024 * 1024;
const fromPeer = new StreamResetError('upstream-failed', 'broke off', true);

const tick = () => new Promise<void>((resolve) => process.nextTick(resolve));

/** A frame in words. */
function said(parts: readonly Uint8Array[]): string {
  const frame = decodeFrame(parts);
  switch (frame.type) {
    case FrameType.accept:
      return `ACCEPT ${Buffer.from(frame.head)}${frame.end ? ', end' : ''}`;
    case FrameType.data:
      return `DATA ${frame.length}`;
    case FrameType.end:
      return 'END';
    case FrameType.reset:
      return `RESET ${frame.code} ${frame.reason}${frame.abort ? ', abort' : ''}`;
    case FrameType.credit:
      return `CREDIT ${frame.bytes}`;
    default:
      return `type ${frame.type}`;
  }
}

interface Setup {
  opener?: boolean;
  /** OPEN says that no bytes follow. */
  end?: boolean;
  wide?: boolean;
  /** Too many heads wait to be sent. */
  hasNoHeadRoom?: boolean;
}

/** A channel whose log lists the frames it sends, and when it has ended and was released. */
function make({ opener = false, end = false, wide = true, hasNoHeadRoom = false }: Setup = {}) {
  const log: string[] = [];
  const budget = new WindowBudget(budgetBytes);
  const host: ChannelHost = {
    budget,
    roundTripMs: 50,
    now: () => 0,
    abortLingerMs: 60_000,
    maxWindow: budgetBytes,
    wake: () => {},
    control: (...frame) => log.push(said(frame)),
    answer: (frame) => log.push(said([frame])),
    accept: (...frame) => {
      if (!hasNoHeadRoom) log.push(said(frame));
      return !hasNoHeadRoom;
    },
    withdraw: () => false,
    send: (frame) => log.push(said(frame)),
    ended: () => log.push('ended'),
    released: () => log.push('released'),
  };
  const channel = new Channel(host, { id: opener ? 1 : 2, head, interactive: false, opener, wide, end });
  const application = new TestEnd();
  return { channel, application, log, budget };
}

/** A channel that was accepted and is connected to an application that wants bytes. */
function accepted(setup: Setup = {}) {
  const made = make(setup);
  if (made.channel.opener) made.channel.onAccept(head, false);
  else made.channel.accept(head, false);
  made.channel.attach(made.application);
  made.channel.read();
  made.log.length = 0;
  return made;
}

function receive(channel: Channel, bytes: number): void {
  for (let left = bytes; left > 0; left -= 64 * 1024) {
    const length = Math.min(left, 64 * 1024);
    channel.onData([Buffer.alloc(length)], length);
  }
}

/** What a writer was called back with, each time. */
function writer() {
  const results: unknown[] = [];
  return { results, written: (error?: Error | null) => results.push(error) };
}

describe('a channel', () => {
  it.each([
    ['the opener', { opener: true }, { localEnded: false, remoteEnded: false }, []],
    ['the opener that sends no bytes', { opener: true, end: true }, { localEnded: true, remoteEnded: false }, []],
    ['the acceptor', {}, { localEnded: false, remoteEnded: false }, []],
    ['the acceptor that gets no bytes', { end: true }, { localEnded: false, remoteEnded: true }, [null]],
  ])('knows which directions have ended from the start: of %s', (_side, setup, ends, pushed) => {
    const { channel, application } = make(setup);
    expect(channel).toMatchObject(ends);
    channel.attach(application);
    expect(application.pushed).toEqual(pushed);
  });

  it.each([
    ['wide', true, initialWindow],
    ['narrow', false, narrowWindow],
  ])('starts with the window of a %s stream', (_kind, wide, window) => {
    expect(make({ wide }).channel.window).toBe(window);
  });

  it('counts the bytes it receives', () => {
    const { channel } = accepted();
    receive(channel, 1000);
    receive(channel, 234);
    expect(channel.bytesReceived).toBe(1234);
  });

  it('returns credit and grows for a fast reader, and gives back what it borrowed once all is read', () => {
    const { channel, application, log, budget } = accepted({ opener: true });
    receive(channel, initialWindow);
    application.take(initialWindow / 2);
    channel.settle();
    expect(log).toEqual([`CREDIT ${initialWindow / 2 + initialWindow}`]);
    expect([channel.window, budget.left]).toEqual([2 * initialWindow, budgetBytes - initialWindow]);
    channel.onEnd();
    channel.finish(() => {});
    channel.sendNext(1000);
    expect(log.slice(1)).toEqual(['END', 'ended']);
    application.take();
    channel.settle();
    expect(log.slice(1)).toEqual(['END', 'ended', 'released']);
    expect(application.destructions).toEqual([]);
    expect(budget.left).toBe(budgetBytes);
  });

  it('ends and is released once, whatever follows', () => {
    const { channel, application, log } = accepted();
    receive(channel, 1000);
    channel.onEnd();
    channel.finish(() => {});
    channel.sendNext(1000);
    channel.letGo('cancelled', 'gone');
    expect(log).toEqual(['END', 'ended', 'released']);
    channel.fail(fromPeer);
    channel.letGo('cancelled', 'again');
    channel.settle();
    expect(log).toEqual(['END', 'ended', 'released']);
    expect(application.destructions).toMatchObject([{ code: 'cancelled', reason: 'gone', remote: false }]);
  });

  it('can be reset before its application is connected, and again', async () => {
    const { channel, log } = make();
    channel.reset('revoked', 'cut');
    channel.reset('revoked', 'cut');
    expect(log).toEqual(['RESET 9 cut', 'ended', 'released']);
    await expect(channel.accepted).rejects.toMatchObject({ code: 'revoked', remote: false });
  });

  it('is reset when it gets more credit than 2^31-1', () => {
    const { channel, log } = accepted();
    channel.onCredit(2 ** 31 - 1 - initialWindow);
    expect(log).toEqual([]);
    channel.onCredit(1);
    expect(log).toEqual(['RESET 11 credit beyond 2^31-1', 'ended', 'released']);
  });
});

describe('a listener that throws', () => {
  const bug = new Error('a bug in a handler');

  it.each([
    ['an Error', bug, bug],
    ['something else', 'a text', new Error('a text')],
  ])('%s resets its stream, and the peer learns no more', async (_kind, thrown, error) => {
    const { channel, log } = make();
    channel.accept(head, false);
    const stream = new MuxStream(channel);
    const failed = once(stream, 'error');
    stream.on('data', () => {
      throw thrown;
    });
    await turns(1);
    expect(channel.onData([head], head.length)).toBeUndefined();
    expect(log).toEqual(['ACCEPT head', 'RESET 12 ', 'ended', 'released']);
    expect(await failed).toEqual([error]);
  });
});

describe('accept', () => {
  it('sends the head, which then is that of the stream, and never twice', async () => {
    const { channel, log } = make();
    const largest = Buffer.alloc(64 * 1024, 'h');
    channel.accept(largest, false);
    expect(await channel.accepted).toBe(largest);
    expect(() => channel.accept(head, false)).toThrow('accepted already');
    expect(log).toEqual([`ACCEPT ${largest}`]);
  });

  it('throws for a head above 64 KiB, after which another can be sent', () => {
    const { channel, log } = make();
    expect(() => channel.accept(Buffer.alloc(64 * 1024 + 1), false)).toThrow(HeadTooLargeError);
    channel.accept(head, true);
    expect(log).toEqual(['ACCEPT head, end']);
  });

  it('throws on the side that opened the stream', () => {
    const { channel, log } = make({ opener: true });
    expect(() => channel.accept(head, false)).toThrow('streams the peer opened');
    expect(log).toEqual([]);
  });

  it('does nothing when the stream is over', async () => {
    const { channel, log } = make();
    channel.fail(fromPeer);
    channel.accept(head, false);
    expect(log).toEqual(['ended', 'released']);
    await expect(channel.accepted).rejects.toBe(fromPeer);
  });

  it('resets the stream when too many heads wait', () => {
    const { channel, application, log } = make({ hasNoHeadRoom: true });
    channel.attach(application);
    channel.accept(head, false);
    expect(log).toEqual(['RESET 7 too many answers wait to be sent', 'ended', 'released']);
    expect(application.destructions).toMatchObject([{ code: 'limit', remote: false }]);
  });
});

describe('a frame that violates the protocol is named', () => {
  const ended = (setup: Setup) => {
    const { channel } = accepted(setup);
    channel.onEnd();
    return channel;
  };

  it.each([
    ['ACCEPT from the opener', 'before ours', () => make().channel.onAccept(head, false)],
    ['ACCEPT from the opener', 'after ours', () => accepted().channel.onAccept(head, false)],
    ['a second ACCEPT', 'from the acceptor', () => accepted({ opener: true }).channel.onAccept(head, false)],
    ['DATA before ACCEPT', 'from the acceptor', () => make({ opener: true }).channel.onData([head], 4)],
    ['DATA after END', 'from the opener', () => ended({}).onData([head], 4)],
    ['END before ACCEPT', 'from the acceptor', () => make({ opener: true }).channel.onEnd()],
    ['a second END', 'from the opener', () => ended({}).onEnd()],
    ['a second END', 'from the acceptor', () => ended({ opener: true }).onEnd()],
  ])('%s, %s', (name, _which, violate) => {
    expect(violate()).toBe(name);
  });
});

describe('a writer', () => {
  it('of nothing is called back at once', () => {
    const { channel } = accepted();
    const { results, written } = writer();
    channel.write([new Uint8Array(0)], written);
    expect(results).toEqual([undefined]);
  });

  it('of bytes is called back when the last of them was sent', () => {
    const { channel, log } = accepted();
    const { results, written } = writer();
    channel.write([Buffer.alloc(1000), Buffer.alloc(500)], written);
    expect([channel.sendNext(1400), results]).toEqual([1400, []]);
    expect([channel.sendNext(1400), results]).toEqual([100, [undefined]]);
    expect(log).toEqual(['DATA 1400', 'DATA 100']);
  });

  it('fails when the stream is over, and can still finish', () => {
    const { channel, log } = accepted();
    channel.fail(fromPeer);
    const { results, written } = writer();
    channel.write([head], written);
    expect(results).toMatchObject([{ code: 'cancelled', remote: false }]);
    channel.finish(written);
    expect(results.slice(1)).toEqual([undefined]);
    expect([channel.queuedBytes, log]).toEqual([0, ['ended', 'released']]);
  });

  it('finishes at once when ACCEPT said that no bytes follow', () => {
    const { channel, log } = make();
    channel.accept(head, true);
    const { results, written } = writer();
    channel.finish(written);
    expect(results).toEqual([undefined]);
    expect(log).toEqual(['ACCEPT head, end']);
  });
});

describe('an abort', () => {
  it('is sent after the bytes written before it, and a second one changes nothing', () => {
    const { channel, application, log } = accepted({ opener: true });
    channel.write([Buffer.alloc(1000)], () => {});
    channel.abort('upstream-failed', 'first');
    channel.abort('timeout', 'second');
    channel.finish(() => {});
    for (let i = 0; i < 2; i++) channel.sendNext(64 * 1024);
    expect(log).toEqual(['DATA 1000', 'RESET 4 first, abort', 'ended', 'released']);
    expect(application.destructions).toMatchObject([{ code: 'upstream-failed', reason: 'first', remote: false }]);
  });

  it('is sent at once when our direction has ended', () => {
    const { channel, application, log } = make();
    channel.attach(application);
    channel.accept(head, true);
    channel.abort('upstream-failed', 'broke off');
    expect(log).toEqual(['ACCEPT head, end', 'RESET 4 broke off, abort', 'ended', 'released']);
    expect(application.destructions).toMatchObject([{ code: 'upstream-failed', remote: false }]);
  });

  it('before ACCEPT is a reset', () => {
    const { channel, application, log } = make();
    channel.attach(application);
    channel.abort('upstream-failed', 'broke off');
    expect(log).toEqual(['RESET 4 broke off', 'ended', 'released']);
    expect(application.destructions).toMatchObject([{ code: 'upstream-failed', remote: false }]);
  });

  it('drops what was not read, and what still arrives', () => {
    const { channel, application } = make();
    channel.accept(head, false);
    channel.attach(application);
    receive(channel, 1000);
    channel.abort('upstream-failed', 'broke off');
    receive(channel, 1000);
    channel.read();
    expect(application.pushed).toEqual([]);
    channel.reset('cancelled', '');
  });

  it('leaves the bytes of a stream that is over to its reader', () => {
    const { channel, application, log } = make();
    channel.accept(head, true);
    channel.attach(application);
    receive(channel, 1000);
    channel.onEnd();
    channel.abort('upstream-failed', 'too late');
    channel.read();
    expect(application.pushed).toEqual([1000, null]);
    expect(log).toEqual(['ACCEPT head, end', 'ended']);
    application.take();
    channel.settle();
    expect(log).toEqual(['ACCEPT head, end', 'ended', 'released']);
  });
});

describe('the abort of the peer', () => {
  it('reaches the reader after the bytes before it, and all writers at the same time', async () => {
    const { channel, application, log } = accepted({ opener: true });
    const { results, written } = writer();
    receive(channel, 1000);
    channel.write([head], written);
    channel.onAbort(fromPeer);
    channel.write([head], written);
    channel.finish(written);
    await tick();
    expect([results, application.destructions, log]).toEqual([[], [], ['ended']]);
    application.take();
    channel.settle();
    await tick();
    expect(results).toEqual([fromPeer, fromPeer, fromPeer]);
    expect(application.destructions).toEqual([fromPeer]);
    expect(log).toEqual(['ended', 'released']);
  });

  it('reaches an acceptor that has not answered at once, even if bytes are unread', async () => {
    const { channel, application } = make();
    channel.attach(application);
    receive(channel, 1000);
    channel.onAbort(fromPeer);
    await expect(channel.accepted).rejects.toBe(fromPeer);
    expect(application.destructions).toEqual([]);
    channel.letGo('cancelled', '');
    expect(application.destructions).toEqual([fromPeer]);
  });

  it('ends a stream at once that we have aborted too', () => {
    const { channel, application, log } = accepted();
    receive(channel, 1000);
    channel.write([head], () => {});
    channel.abort('timeout', 'too slow');
    expect(application.readableLength).toBe(1000);
    channel.onAbort(fromPeer);
    expect(application.destructions).toEqual([fromPeer]);
    expect(log).toEqual(['ended', 'released']);
  });
});
