import { describe, expect, it } from 'vitest';
import { edgeLimits } from './limits.ts';

const {
  anonymousStreamsPerSession,
  bodyIdleMs,
  bodyTimeoutMs,
  idleSessionMs,
  keepAliveMs,
  stalledClusterAnswerMs,
  stalledMs,
  streamResetBurst,
  streamsPerSession,
  sweepMs,
} = edgeLimits;

describe('the limits of the edge', () => {
  it('are whole numbers above 0', () => {
    const odd = Object.entries(edgeLimits).filter(([, value]) => !Number.isSafeInteger(value) || value <= 0);
    expect(odd).toEqual([]);
  });

  it.each([
    ['streams', anonymousStreamsPerSession, streamsPerSession],
    ['time without a stream', keepAliveMs, idleSessionMs],
    ['time for a body', bodyTimeoutMs, bodyIdleMs],
    ['time to read a response', stalledMs, stalledClusterAnswerMs],
  ])('allow more after authentication: %s', (_what, before, after) => expect(after).toBeGreaterThan(before));

  it('allow a client to cancel all of its streams at once, and once more', () => {
    expect(streamResetBurst).toBeGreaterThanOrEqual(2 * streamsPerSession);
  });

  it('are checked often enough that none takes effect more than a tenth too late', () => {
    expect(sweepMs).toBeLessThanOrEqual(Math.min(bodyTimeoutMs, bodyIdleMs, stalledMs, stalledClusterAnswerMs) / 10);
  });
});
