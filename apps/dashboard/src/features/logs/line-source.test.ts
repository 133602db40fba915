import { describe, expect, it } from 'vitest';
import { COLOURS, introduce, type LineSource, type SourceIdentity } from './line-source.ts';
import { sourceColours } from './source-colours.ts';

const identity = (pod: string, changes: Partial<SourceIdentity> = {}): SourceIdentity => ({
  key: `${pod} app`,
  namespace: 'shop',
  pod,
  container: 'app',
  templateHash: undefined,
  hasSiblings: false,
  ...changes,
});
function all(identities: SourceIdentity[], one: boolean): LineSource[] {
  const introduced: LineSource[] = [];
  for (const next of identities) introduced.push(introduce(next, introduced, { one }));
  return introduced;
}

describe('the short name of a source', () => {
  const names = (pods: (string | SourceIdentity)[], one: boolean) =>
    all(
      pods.map((pod) => (typeof pod === 'string' ? identity(pod) : pod)),
      one,
    ).map(({ name }) => name);

  it('is the end of the pod’s name in the log of one workload, if that says enough', () => {
    expect(names(['checkout-7d9f-x2x9k', 'checkout-7d9f-q8w7e'], true)).toEqual(['x2x9k', 'q8w7e']);
    expect(names(['postgres-0', 'postgres-1'], true)).toEqual(['postgres-0', 'postgres-1']);
  });

  it('is workload and end in the log of several, and adds the container if there are more', () => {
    const hashed = { templateHash: '7d9f' };
    expect(names([identity('checkout-7d9f-x2x9k', hashed), 'redis-0'], false)).toEqual(['checkout-x2x9k', 'redis-0']);
    const exporter = { ...hashed, hasSiblings: true, container: 'exporter' };
    expect(names([identity('checkout-7d9f-x2x9k', exporter)], true)).toEqual(['x2x9k/exporter']);
  });

  it('is different from all others', () => {
    const twins = [
      identity('a', { namespace: 'x' }),
      identity('a', { namespace: 'y' }),
      identity('a', { namespace: 'y' }),
    ];
    expect(new Set(names(twins, false)).size).toBe(3);
  });
});

describe('the colour of a source', () => {
  it('is always the same for the same container, and different for twelve at once', () => {
    const pods = Array.from({ length: COLOURS }, (_, index) => identity(`web-${index}`));
    expect(new Set(all(pods, true).map(({ colour }) => colour)).size).toBe(COLOURS);
    const [first] = pods;
    if (first !== undefined) expect(introduce(first, [], { one: true })).toEqual(introduce(first, [], { one: true }));
  });

  it('can be read on the surface of its theme', () => {
    expect(sourceColours.length).toBe(COLOURS);
    for (const [light, dark] of sourceColours) {
      // The surfaces of globals.css, and those of the current line.
      for (const surface of ['#ffffff', '#e9effd']) expect(contrast(light, surface)).toBeGreaterThanOrEqual(4.5);
      for (const surface of ['#151518', '#1b2540']) expect(contrast(dark, surface)).toBeGreaterThanOrEqual(4.5);
    }
  });
});

/** WCAG 2.2, "contrast ratio". */
function contrast(a: string, b: string): number {
  const luminance = (colour: string) => {
    const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
      const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
      return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const [dark = 0, light = 0] = [luminance(a), luminance(b)].toSorted((x, y) => x - y);
  return (light + 0.05) / (dark + 0.05);
}
