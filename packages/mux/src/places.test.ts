import { describe, expect, it } from 'vitest';
import { mostWideStreams, wideStreams } from './options.ts';
import { Places } from './places.ts';

const wide = { wide: true };
const narrow = { wide: false };

function opened(places: Places, count: number, stream: { wide: boolean }): void {
  for (let i = 0; i < count; i++) places.opened(stream);
}

describe('the places of one side', () => {
  it('are full at the limit, until a stream has ended and was read', () => {
    const places = new Places(2);
    opened(places, 1, narrow);
    expect([places.taken, places.isFull]).toEqual([1, false]);
    opened(places, 1, narrow);
    expect([places.taken, places.isFull]).toEqual([2, true]);
    places.ended();
    expect([places.taken, places.isFull]).toEqual([2, true]);
    places.released(narrow);
    expect([places.taken, places.isFull]).toEqual([1, false]);
  });

  it('give the wide window to the first 64 streams, and to the next once one of those is gone', () => {
    const places = new Places(1000);
    opened(places, wideStreams - 1, wide);
    expect(places.isNextWide).toBe(true);
    opened(places, 1, wide);
    expect(places.isNextWide).toBe(false);
    places.released(narrow);
    expect(places.isNextWide).toBe(false);
    places.released(wide);
    expect(places.isNextWide).toBe(true);
  });

  it('do not count narrow streams as wide ones', () => {
    const places = new Places(1000);
    opened(places, mostWideStreams, narrow);
    expect([places.isNextWide, places.refuses(wide)]).toEqual([true, false]);
  });

  it('refuse the peer a stream while the limit is open, or twice the limit is not yet read', () => {
    const places = new Places(2);
    opened(places, 1, narrow);
    expect(places.refuses(narrow)).toBe(false);
    opened(places, 1, narrow);
    expect(places.refuses(narrow)).toBe(true);
    places.ended();
    expect(places.refuses(narrow)).toBe(false);
    places.ended();
    opened(places, 1, narrow);
    expect([places.taken, places.refuses(narrow)]).toEqual([3, false]);
    places.ended();
    opened(places, 1, narrow);
    expect([places.taken, places.refuses(narrow)]).toEqual([4, true]);
    places.released(narrow);
    expect(places.refuses(narrow)).toBe(false);
  });

  it('refuse the peer a wide stream, but not a narrow one, when it has twice its 64 wide streams', () => {
    const places = new Places(1000);
    opened(places, mostWideStreams - 1, wide);
    expect(places.refuses(wide)).toBe(false);
    opened(places, 1, wide);
    expect([places.refuses(wide), places.refuses(narrow)]).toEqual([true, false]);
    places.released(wide);
    expect(places.refuses(wide)).toBe(false);
  });
});
