import { describe, expect, it } from 'vitest';
import { readiness } from './readiness.ts';

describe('readiness', () => {
  it.each([
    [{ tunnels: 0, isStopping: false }, false],
    [{ tunnels: 1, isStopping: false }, true],
    [{ tunnels: 2, isStopping: false }, true],
    [{ tunnels: 1, isStopping: true }, false],
  ])('%j', (state, ready) => {
    expect(readiness(state).ready).toBe(ready);
  });
});
