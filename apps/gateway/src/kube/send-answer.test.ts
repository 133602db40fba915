import { createServer, get, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { PassThrough, Writable } from 'node:stream';
import { StreamResetError } from '@postern/mux';
import { turns } from '@postern/testkit';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ClusterStream } from '../connector/cluster-connector.ts';
import { FakeClusterStream } from '../test/fake-streams.ts';
import { sendAnswer } from './send-answer.ts';

const servers: { close(): void }[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** @returns what a client received, and whether it was told that the response is complete. */
async function answerOf(stream: PassThrough, act: () => void): Promise<{ body: string; complete: boolean }> {
  const server = createServer((_request, response) => {
    response.writeHead(200);
    response.flushHeaders();
    sendAnswer(stream as unknown as ClusterStream, response, undefined);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const response = await new Promise<IncomingMessage>((resolve, reject) =>
    get({ port, host: '127.0.0.1', agent: false }, resolve).on('error', reject),
  );
  let body = '';
  response.on('data', (chunk: Buffer) => {
    body += chunk;
    act();
  });
  response.on('error', () => {});
  await new Promise((resolve) => response.once('close', resolve));
  return { body, complete: response.complete };
}

it.each([
  ['ends', 'half', (stream: PassThrough) => stream.end(), true],
  ['is destroyed with an error', 'half', (stream: PassThrough) => stream.destroy(new Error('gone')), false],
  ['is destroyed without an error', 'half', (stream: PassThrough) => stream.destroy(), false],
])('tells the client whether the response is complete when the stream %s', async (_, text, act, complete) => {
  const stream = new PassThrough();
  stream.write(text);
  expect(await answerOf(stream, () => act(stream))).toEqual({ body: text, complete });
});

/** A response whose client reads one chunk after the other, when the test says so. */
class FakeResponse extends Writable {
  readonly req = { httpVersion: '1.1' };
  received = '';
  #take: (() => void) | undefined;

  constructor() {
    super();
    this.on('error', () => {});
  }

  async readChunk(): Promise<void> {
    this.#take?.();
    await turns();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#take = () => {
      this.received += chunk;
      done();
    };
  }
}

const gone = new Error('gone');
const cancelled = new StreamResetError('cancelled', '', false);

describe('a response', () => {
  let stream: FakeClusterStream;
  let response: FakeResponse;
  beforeEach(() => {
    stream = new FakeClusterStream();
    response = new FakeResponse();
  });
  afterEach(async () => {
    stream.destroy();
    response.destroy();
    await turns();
    vi.useRealTimers();
  });

  async function send(chunks: string[], length?: number): Promise<void> {
    sendAnswer(stream, response as unknown as ServerResponse, length);
    for (const chunk of chunks) stream.push(chunk);
    await turns();
  }

  it.each([
    ['with', gone, gone],
    ['without', undefined, cancelled],
  ])('is broken off with an error if the stream is destroyed %s one', async (_, error, expected) => {
    await send([]);
    stream.destroy(error);
    await turns();
    expect(response.errored).toEqual(expected);
  });

  it.each([
    ['with', gone, gone],
    ['without', undefined, cancelled],
  ])('is broken off with an error if the stream was destroyed %s one before', async (_, error, expected) => {
    stream.destroy(error);
    await turns();
    await send([]);
    expect(response.errored).toEqual(expected);
  });

  it('is broken off only after the client has read every byte received before', async () => {
    await send(['one ', 'two']);
    stream.destroy(gone);
    await turns();
    await response.readChunk();
    expect([response.received, response.destroyed]).toEqual(['one ', false]);
    await response.readChunk();
    expect([response.received, response.errored]).toEqual(['one two', gone]);
  });

  it('is broken off after 30 seconds if the client does not read', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    await send(['unread']);
    stream.destroy(gone);
    await turns();
    vi.advanceTimersByTime(29_999);
    expect([response.destroyed, vi.getTimerCount()]).toEqual([false, 1]);
    vi.advanceTimersByTime(1);
    expect(response.errored).toBe(gone);
  });

  it('leaves no timer when the client disconnects', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    await send(['unread']);
    stream.destroy(gone);
    await turns();
    response.destroy();
    await turns();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('that is shorter than announced is not ended as complete, even if the client reads slowly', async () => {
    await send(['half'], 5);
    stream.push(null);
    await turns();
    expect([response.writableEnded, response.destroyed]).toEqual([false, false]);
    await response.readChunk();
    const error = new StreamResetError('upstream-failed', 'the answer is too short', false);
    expect([response.received, response.errored]).toEqual(['half', error]);
  });

  it('that is longer than announced is broken off, and so is the stream', async () => {
    await send(['one', 'two', 'three'], 5);
    const error = new StreamResetError('upstream-failed', 'the answer is longer than announced', false);
    expect([stream.errored, response.destroyed]).toEqual([error, false]);
    await response.readChunk();
    expect([response.received, response.errored]).toEqual(['one', error]);
  });

  it.each([undefined, 6])('is complete at the end of the stream if %s bytes were announced', async (length) => {
    await send(['one', 'two'], length);
    stream.push(null);
    await turns();
    await response.readChunk();
    await response.readChunk();
    expect([response.received, response.writableFinished, response.errored]).toEqual(['onetwo', true, null]);
  });
});
