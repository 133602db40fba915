import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, expect } from 'vitest';
import { openTimers, watchTimers } from './open-timers.ts';

/** Resources that a test must not leave open: sockets, servers, timers, child processes. */
const watched = /Socket|Server|TCP|TLS|UDP|Timeout|Immediate|Pipe|Process|FSEvent/;
const settleMs = 2000;
/** Turns of the event loop that closing gets even if the process stood still for all of `settleMs`. */
const settleTurns = 200;

/**
 * Call at the top of a test file: every test then fails if it leaves sockets, servers, timers or processes behind
 * (`process.getActiveResourcesInfo`), or if `counts` (streams, maps) have not returned to their earlier values.
 */
export function useLeakCheck(counts: () => Record<string, number> = () => ({})): void {
  let before: Record<string, number> | undefined;
  watchTimers();
  // Timers are counted in both ways: one of the test runner's own, open before and closed after, would hide one of the test's.
  const now = (): Record<string, number> => ({ ...active(), timers: openTimers(), ...counts() });

  beforeEach(() => {
    before = now();
  });

  afterEach(async () => {
    // Unknown if a hook that ran earlier skipped the test.
    if (before === undefined) return;
    const first = before;
    before = undefined;
    const left = () => grown(first, now());
    const deadline = performance.now() + settleMs;
    // Closing takes a few turns of the event loop, so keep it turning.
    for (let turns = 0; Object.keys(left()).length > 0; turns++) {
      if (turns >= settleTurns && performance.now() > deadline) break;
      await pause(1);
    }
    expect(left(), 'the test left these behind').toEqual({});
  });
}

function active(): Record<string, number> {
  const counted: Record<string, number> = {};
  for (const name of process.getActiveResourcesInfo()) {
    if (watched.test(name)) counted[name] = (counted[name] ?? 0) + 1;
  }
  return counted;
}

function grown(before: Record<string, number>, after: Record<string, number>): Record<string, number> {
  const left: Record<string, number> = {};
  for (const [name, count] of Object.entries(after)) {
    const more = count - (before[name] ?? 0);
    if (more > 0) left[name] = more;
  }
  return left;
}
