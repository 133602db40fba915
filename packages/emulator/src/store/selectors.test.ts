import { describe, expect, it } from 'vitest';
import { formatLabelSelector, matchLabels, parseLabelSelector } from './label-selector.ts';

describe('a label selector', () => {
  it('selects as Kubernetes does', () => {
    const labels = { app: 'web', tier: 'front' };
    const cases: [string, boolean][] = [
      ['', true],
      ['app=web', true],
      ['app==web,tier!=back', true],
      ['app in (web, db),tier', true],
      ['app notin (web)', false],
      ['other notin (web)', true],
      ['!other', true],
      ['!app', false],
      ['missing=x', false],
      ['missing!=x', true],
      ['constructor', false],
    ];
    for (const [text, selected] of cases) expect(parseLabelSelector(text)(labels), text).toBe(selected);
    for (const text of ['==', 'a in b', 'a=b=c', 'a b']) expect(() => parseLabelSelector(text), text).toThrow();
  });

  it('selects nothing if it is missing, and everything if it is empty', () => {
    expect(matchLabels(undefined)({ a: 'b' })).toBe(false);
    expect(matchLabels({})({ a: 'b' })).toBe(true);
    expect(formatLabelSelector({ matchLabels: { b: '2', a: '1' } })).toBe('a=1,b=2');
  });
});
