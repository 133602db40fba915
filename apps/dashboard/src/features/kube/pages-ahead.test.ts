import { beforeEach, describe, expect, it } from 'vitest';
import { PagesAhead } from './pages-ahead.ts';

interface Asked {
  token: string;
  signal: AbortSignal;
  /** The metadata of the page arrives. */
  name: (next: string) => void;
  /** The rest arrives. */
  finish: (error?: Error) => void;
}

let asked: Asked[];
let pages: PagesAhead;
beforeEach(() => {
  asked = [];
  pages = new PagesAhead((token, { signal, onNext }) => {
    const { promise, resolve, reject } = Promise.withResolvers<ArrayBuffer>();
    const bytes = new TextEncoder().encode(`page ${token}`).buffer;
    asked.push({ token, signal, name: onNext, finish: (error) => (error ? reject(error) : resolve(bytes)) });
    return promise;
  });
});

const { signal } = new AbortController();
const tokens = () => asked.map(({ token }) => token);
const turn = () => new Promise((resolve) => setTimeout(resolve));
const text = async (bytes: Promise<ArrayBuffer>) => new TextDecoder().decode(await bytes);

describe('a page', () => {
  it('is requested while the one before it is still arriving, and only once', async () => {
    const first = pages.take('', { ahead: true, signal });
    asked[0]?.name('a');
    await turn();
    expect(tokens()).toEqual(['', 'a']);
    asked[0]?.finish();
    expect(await text(first)).toBe('page ');
    const second = pages.take('a', { ahead: true, signal });
    asked[1]?.finish();
    expect([await text(second), tokens()]).toEqual(['page a', ['', 'a']]);
  });

  it('is never more than one ahead', async () => {
    void pages.take('', { ahead: true, signal });
    asked[0]?.name('a');
    await turn();
    asked[1]?.name('b');
    asked[1]?.finish();
    await turn();
    expect(tokens()).toEqual(['', 'a']);
    void pages.take('a', { ahead: true, signal });
    await turn();
    expect(tokens()).toEqual(['', 'a', 'b']);
  });

  it.each([
    ['the next one is not wanted', false, 'a'],
    ['there is no next one', true, ''],
  ])('is not followed by another if %s', async (_, ahead, next) => {
    void pages.take('', { ahead, signal });
    asked[0]?.name(next);
    await turn();
    expect(tokens()).toEqual(['']);
  });

  it('that turns out not to be the next one is cancelled', async () => {
    void pages.take('', { ahead: true, signal });
    asked[0]?.name('a');
    await turn();
    void pages.take('other', { ahead: false, signal });
    expect(tokens()).toEqual(['', 'a', 'other']);
    expect(asked.map((one) => one.signal.aborted)).toEqual([false, true, false]);
  });

  it('that fails ahead of time fails when it is taken, and not before', async () => {
    void pages.take('', { ahead: true, signal });
    asked[0]?.name('a');
    await turn();
    asked[1]?.finish(new Error('410'));
    await turn();
    await expect(pages.take('a', { ahead: true, signal })).rejects.toThrow('410');
  });

  it('of a list that was given up is cancelled, and the next list does not wait for it', async () => {
    const round = new AbortController();
    void pages.take('', { ahead: true, signal: round.signal });
    asked[0]?.name('a');
    await turn();
    round.abort();
    expect(asked[1]?.signal.aborted).toBe(true);
    void pages.take('', { ahead: true, signal });
    expect(tokens()).toEqual(['', 'a', '']);
  });

  it('that is named late, after the list began again, is not requested', async () => {
    void pages.take('', { ahead: true, signal });
    void pages.take('', { ahead: true, signal });
    asked[0]?.name('old');
    await turn();
    expect(tokens()).toEqual(['', '']);
  });
});
