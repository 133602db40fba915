import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openWatch, type WatchEvent } from './watch.ts';

const ref = { organization: 'acme', cluster: 'demo' };
const line = (type: string, name: string) => `${JSON.stringify({ type, object: { metadata: { name } } })}\n`;

describe('openWatch', () => {
  let stream: ReadableStreamDefaultController<Uint8Array>;
  let asked: URL;
  let headers: Headers;
  beforeEach(() => {
    vi.useFakeTimers();
    vi.stubGlobal('fetch', async (input: string, init: RequestInit) => {
      asked = new URL(input, 'https://gateway');
      headers = new Headers(init.headers);
      const body = new ReadableStream<Uint8Array>({
        start: (controller) => {
          stream = controller;
          init.signal?.addEventListener('abort', () => controller.error(init.signal?.reason));
        },
      });
      return new Response(body);
    });
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });
  const send = (text: string) => stream.enqueue(new TextEncoder().encode(text));
  const open = (signal = new AbortController().signal) =>
    openWatch(ref, {
      path: '/api/v1/pods',
      params: { resourceVersion: '7' },
      accept: 'application/json;as=Table',
      signal,
    });

  it('requests a compact Table with bookmarks from a version', async () => {
    await open();
    expect(asked.pathname).toBe('/k8s/acme/demo/api/v1/pods');
    expect(Object.fromEntries(asked.searchParams)).toMatchObject({
      watch: '1',
      resourceVersion: '7',
      allowWatchBookmarks: 'true',
      pretty: '0',
    });
    expect(headers.get('accept')).toBe('application/json;as=Table');
  });

  it('yields events as they arrive, however the bytes are split', async () => {
    const events = (await open())[Symbol.asyncIterator]();
    const text = line('ADDED', 'a') + line('DELETED', 'b');
    send(text.slice(0, 10));
    send(text.slice(10));
    const names = [await events.next(), await events.next()].map(({ value }) => (value as WatchEvent).type);
    expect(names).toEqual(['ADDED', 'DELETED']);
    stream.close();
    expect((await events.next()).done).toBe(true);
  });

  it('ends if the stream is silent for longer than bookmarks are apart', async () => {
    const events = (await open())[Symbol.asyncIterator]();
    const first = events.next();
    await vi.advanceTimersByTimeAsync(149_000);
    send(line('BOOKMARK', ''));
    expect((await first).value).toMatchObject({ type: 'BOOKMARK' });
    const second = events.next();
    await vi.advanceTimersByTimeAsync(149_000);
    let ended = false;
    void second.then(() => {
      ended = true;
    });
    await vi.advanceTimersByTimeAsync(500);
    expect(ended).toBe(false);
    await vi.advanceTimersByTimeAsync(2_000);
    expect((await second).done).toBe(true);
  });

  it('throws if the connection breaks or the caller aborts', async () => {
    const broken = (await open())[Symbol.asyncIterator]().next();
    stream.error(new TypeError('network error'));
    await expect(broken).rejects.toThrow('network error');
    const stop = new AbortController();
    const stopped = (await open(stop.signal))[Symbol.asyncIterator]().next();
    stop.abort();
    await expect(stopped).rejects.toThrow();
  });

  it('throws the error of an ERROR event', async () => {
    const events = (await open())[Symbol.asyncIterator]();
    send(
      `${JSON.stringify({ type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired', message: 'too old' } })}\n`,
    );
    await expect(events.next()).rejects.toMatchObject({ status: 410, reason: 'Expired' });
  });
});
