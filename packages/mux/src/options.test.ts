import { describe, expect, it } from 'vitest';
import { type MuxOptions, muxOptions } from './options.ts';

describe('mux options', () => {
  it('have defaults, which given values override', () => {
    expect(muxOptions({ maxStreams: 7 })).toMatchObject({ maxStreams: 7, bulkChunk: 65_536, interactiveChunk: 16_384 });
  });

  it('allow the peer as many streams as this side by default', () => {
    expect(muxOptions({ maxStreams: 7 }).maxPeerStreams).toBe(7);
    expect(muxOptions({ maxStreams: 7, maxPeerStreams: 3 }).maxPeerStreams).toBe(3);
  });

  it('use the default for undefined', () => {
    expect(muxOptions({ maxStreams: undefined } as unknown as Partial<MuxOptions>).maxStreams).toBe(1024);
  });

  it.each([
    ['maxStreams', 0],
    ['maxPeerStreams', 0],
    ['bulkChunk', 65_537],
    ['interactiveChunk', Number.NaN],
    ['maxWindow', 1000],
    ['transportBuffer', 1.5],
    ['interactiveInFlight', 1000],
    ['windowBudget', -1],
    ['maxControlBytes', 1],
    ['lastStreamId', 2 ** 32],
    ['abortLingerMs', 0],
  ])('reject %s = %d by name', (name, value) => {
    expect(() => muxOptions({ [name]: value })).toThrow(name);
  });

  it.each([
    ['maxStreams', 1, 1_000_000],
    ['maxPeerStreams', 1, 1_000_000],
    ['windowBudget', 0, 2 ** 40],
    ['maxWindow', 262_144, 2 ** 30],
    ['bulkChunk', 1, 65_536],
    ['interactiveChunk', 1, 65_536],
    ['transportBuffer', 1, 2 ** 30],
    ['interactiveInFlight', 65_536, 2 ** 40],
    ['abortLingerMs', 1, 2 ** 31 - 1],
    ['maxControlBytes', 1024, 2 ** 30],
    ['lastStreamId', 2, 2 ** 32 - 1],
  ])('allow %s from %d to %d, and nothing beyond', (name, low, high) => {
    for (const value of [low, high]) expect(muxOptions({ [name]: value })).toMatchObject({ [name]: value });
    for (const value of [low - 1, high + 1]) expect(() => muxOptions({ [name]: value })).toThrow(name);
  });
});
