import { turns } from '@postern/testkit';
import { describe, expect, it } from 'vitest';
import type { Channel } from './channel.ts';
import { newFlowState } from './scheduler.ts';
import { SendQueue, type SendQueueHost } from './send-queue.ts';

const chunkBytes = 64 * 1024;

/** After the running callback, before any I/O. */
const tick = () => new Promise<void>((resolve) => process.nextTick(resolve));

function makeQueue() {
  const sent: string[] = [];
  const state = {
    hasRoom: true,
    bulkHasRoom: true,
    ack: undefined as string | undefined,
    /** How often the queue began to send, or tried to send one more. */
    looks: 0,
    onTransmit: (_frame: string): void => {},
  };
  const host: SendQueueHost = {
    get hasRoom() {
      state.looks++;
      return state.hasRoom;
    },
    get bulkHasRoom() {
      return state.bulkHasRoom;
    },
    chunkBytes,
    transmit: (frame) => {
      const text = Buffer.concat(frame).toString();
      state.onTransmit(text);
      sent.push(text);
    },
    takeAck: () => {
      const { ack } = state;
      state.ack = undefined;
      return ack === undefined ? undefined : Buffer.from(ack);
    },
  };
  const queue = new SendQueue(host, chunkBytes);
  const control = (frame: string) => queue.control(Buffer.from(frame));
  const answer = (frame: string) => queue.answer(Buffer.from(frame));
  const head = (frame: string) => queue.head(Buffer.from(frame));
  /** A channel with `bytes` to send, of which the queue uses only what is here. */
  const channel = (name: string, bytes: number, options: { interactive?: boolean } = {}) => {
    const one = {
      flow: newFlowState(),
      interactive: options.interactive ?? false,
      queuedBytes: bytes,
      get sendable() {
        return one.queuedBytes > 0;
      },
      sendNext: (max: number) => {
        const length = Math.min(max, one.queuedBytes);
        one.queuedBytes -= length;
        sent.push(`${name} ${length}`);
        return length;
      },
    };
    return one as typeof one & Channel;
  };
  return { queue, state, sent, control, answer, head, channel };
}

describe('the queue of what is to be sent', () => {
  it('sends control frames and heads after the running callback, in order, split or not', async () => {
    const { queue, sent, control, head } = makeQueue();
    control('reset');
    head('open');
    queue.control(Buffer.from('pi'), Buffer.from('ng'));
    expect(sent).toEqual([]);
    await tick();
    expect(sent).toEqual(['reset', 'open', 'ping']);
  });

  it('sends a head that is alone after the running callback', async () => {
    const { sent, head } = makeQueue();
    head('open');
    await tick();
    expect(sent).toEqual(['open']);
  });

  it('sends answers once the socket was read, or earlier with another frame', async () => {
    const { sent, control, answer } = makeQueue();
    answer('credit');
    await tick();
    expect(sent).toEqual([]);
    await turns(1);
    expect(sent).toEqual(['credit']);
    answer('more credit');
    control('ping');
    await tick();
    expect(sent).toEqual(['credit', 'more credit', 'ping']);
  });

  it('sends the bytes of a bulk stream once the socket was read, and those of other streams before', async () => {
    const { queue, sent, channel } = makeQueue();
    queue.wake(channel('bulk', 100_000));
    await tick();
    expect(sent).toEqual([]);
    queue.wake(channel('keys', 10_000, { interactive: true }));
    queue.wake(channel('request', 4096));
    await tick();
    expect(sent.slice(0, 2)).toEqual(['keys 10000', 'request 4096']);
    queue.wake(channel('late bulk', 5000));
    await tick();
    expect(sent).not.toContain('late bulk 5000');
    await turns(1);
    expect(sent.slice(2)).toEqual(['bulk 65536', 'bulk 34464', 'late bulk 5000']);
  });

  it('sends the ACK first, then control frames, then streams', async () => {
    const { queue, state, sent, control, channel } = makeQueue();
    queue.wake(channel('request', 100));
    control('reset');
    state.ack = 'ack';
    await tick();
    expect(sent).toEqual(['ack', 'reset', 'request 100']);
  });

  it('sends nothing while the transport is full, and continues when it is flushed', async () => {
    const { queue, state, sent, control } = makeQueue();
    state.hasRoom = false;
    control('ping');
    await turns(1);
    expect(sent).toEqual([]);
    state.hasRoom = true;
    queue.flush();
    expect(sent).toEqual(['ping']);
  });

  it('holds bulk back on demand', async () => {
    const { queue, state, sent, channel } = makeQueue();
    state.bulkHasRoom = false;
    queue.wake(channel('bulk', 5000));
    await turns(1);
    expect(sent).toEqual([]);
    state.bulkHasRoom = true;
    queue.flush();
    expect(sent).toEqual(['bulk 5000']);
  });

  it('gives no place to a stream that cannot send', async () => {
    const { queue, sent, channel } = makeQueue();
    const bulk = channel('bulk', 0);
    queue.wake(bulk);
    bulk.queuedBytes = 5000;
    queue.wake(bulk);
    queue.wake(channel('request', 100));
    await turns(1);
    expect(sent).toEqual(['request 100', 'bulk 5000']);
  });

  it('sends one frame after the other, even if sending one causes the next or another flush', async () => {
    const { queue, state, sent, control } = makeQueue();
    state.onTransmit = (frame) => {
      if (frame === 'first') control('third');
      queue.flush();
    };
    control('first');
    control('second');
    await tick();
    expect(sent).toEqual(['first', 'second', 'third']);
  });

  it.each(['control', 'answer'] as const)('looks at the transport once for all frames of a turn: %s', async (kind) => {
    const queue = makeQueue();
    for (const frame of ['a', 'b', 'c']) queue[kind](frame);
    await turns(2);
    expect(queue.sent).toEqual(['a', 'b', 'c']);
    // Once for each frame, and once more to find that there is none left.
    expect(queue.state.looks).toBe(4);
  });

  it('does not flush again for what a flush has sent or will send', async () => {
    const { state, sent, control, answer } = makeQueue();
    state.onTransmit = (frame) => {
      if (frame === 'ping') control('reset');
    };
    control('ping');
    answer('credit');
    await turns(2);
    expect(sent).toEqual(['ping', 'credit', 'reset']);
    expect(state.looks).toBe(4);
  });

  it('counts heads and other control frames separately, and forgets a head that is withdrawn', async () => {
    const { queue, sent, control, answer, head } = makeQueue();
    control('1234');
    answer('12');
    const withdrawn = head('123456');
    // Each costs 128 bytes more than it has.
    expect([queue.answerBytes, queue.headBytes]).toEqual([262, 134]);
    expect([queue.withdraw(withdrawn), queue.withdraw(withdrawn)]).toEqual([true, false]);
    expect([queue.answerBytes, queue.headBytes]).toEqual([262, 0]);
    await tick();
    expect(sent).toEqual(['1234', '12']);
    expect(queue.answerBytes).toBe(0);
  });

  it('sends what waits when it is stopped, with or without room, and then nothing more', async () => {
    const { queue, state, sent, control, answer, head, channel } = makeQueue();
    state.hasRoom = false;
    control('reset');
    answer('credit');
    head('open');
    queue.wake(channel('request', 100));
    queue.stop();
    expect(sent).toEqual(['reset', 'credit', 'open']);
    state.hasRoom = true;
    control('late reset');
    answer('late credit');
    expect([queue.answerBytes, queue.headBytes]).toEqual([0, 0]);
    queue.flush();
    await turns(2);
    expect(sent).toEqual(['reset', 'credit', 'open']);
  });

  it('does not flush any more when it was stopped', async () => {
    const { queue, state } = makeQueue();
    queue.stop();
    queue.flushSoon();
    queue.flushAfterReads();
    await turns(2);
    expect(state.looks).toBe(0);
  });
});
