import { describe, expect, it } from 'vitest';
import { Flow } from './flow.ts';

function flow(mark: number): { flow: Flow; held: () => boolean; calls: string[] } {
  const calls: string[] = [];
  const made = new Flow(mark, { hold: () => calls.push('hold'), release: () => calls.push('release') });
  return { flow: made, held: () => calls.at(-1) === 'hold', calls };
}

describe('Flow', () => {
  it('holds at the mark and releases at half of it', () => {
    const { flow: one, held, calls } = flow(100);
    one.send(99);
    expect(held()).toBe(false);
    one.send(1);
    expect(held()).toBe(true);
    one.acknowledge(49);
    expect(held()).toBe(true);
    one.acknowledge(51);
    expect(held()).toBe(false);
    expect(calls).toEqual(['hold', 'release']);
  });

  it.each([-1, 0, 101, Number.MAX_SAFE_INTEGER])('ignores an acknowledgement of %i', (bytes) => {
    const { flow: one, held } = flow(100);
    one.send(100);
    one.acknowledge(bytes);
    expect(held()).toBe(true);
    expect(one.unacknowledged).toBe(100);
  });

  it('holds while the connection is congested, whatever was acknowledged', () => {
    const { flow: one, held } = flow(100);
    one.send(10);
    one.congested(true);
    one.acknowledge(10);
    expect(held()).toBe(true);
    one.congested(false);
    expect(held()).toBe(false);
  });
});
