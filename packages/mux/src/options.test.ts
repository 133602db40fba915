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
});
