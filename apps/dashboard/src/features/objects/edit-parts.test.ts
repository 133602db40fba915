import { describe, expect, it } from 'vitest';
import { diffLines, hunksOf } from './diff.ts';
import { changesBetween, conflicts, withChanges, withoutServerFields } from './merge.ts';
import { readYaml, writeYaml } from './yaml-text.ts';

const base = {
  metadata: { name: 'web', labels: { app: 'web' }, resourceVersion: '1' },
  spec: { replicas: 2, template: { image: 'a' }, ports: [1, 2] },
};

describe('merge', () => {
  it('finds the differences, and applies them', () => {
    const edited = {
      metadata: { name: 'web', labels: { app: 'web', tier: 'x' }, resourceVersion: '1' },
      spec: { replicas: 3, ports: [1] },
    };
    const changes = changesBetween(base, edited);
    expect(changes).toEqual([
      { path: ['metadata', 'labels', 'tier'], to: 'x' },
      { path: ['spec', 'replicas'], to: 3 },
      { path: ['spec', 'template'], to: undefined },
      { path: ['spec', 'ports'], to: [1] },
    ]);
    expect(withChanges(base, changes)).toEqual(edited);
    expect(base.spec.replicas).toBe(2);
  });
  it('applies an edit on top of other people’s unrelated changes', () => {
    const mine = changesBetween(base, { ...base, spec: { ...base.spec, template: { image: 'b' } } });
    const live = { ...base, spec: { ...base.spec, replicas: 9 } };
    expect(conflicts(mine, changesBetween(base, live))).toEqual([]);
    expect(withChanges(live, mine)).toEqual({
      ...base,
      spec: { replicas: 9, template: { image: 'b' }, ports: [1, 2] },
    });
  });
  it('detects a conflict: the same field, or one inside the other', () => {
    const change = (path: string, to: unknown) => ({ path: path.split('.'), to });
    expect(conflicts([change('spec.replicas', 3)], [change('spec.replicas', 4)])).toEqual([['spec', 'replicas']]);
    expect(conflicts([change('spec.template.image', 'b')], [change('spec.template', undefined)])).toHaveLength(1);
    expect(conflicts([change('spec.template', undefined)], [change('spec.template.image', 'b')])).toHaveLength(1);
    expect(conflicts([change('spec.replicas', 3)], [change('spec.replicas', 3)])).toEqual([]);
    expect(conflicts([change('spec.replicas', 3)], [change('spec.replicasMax', 4)])).toEqual([]);
  });
  it('keeps the position of a changed field', () => {
    expect(Object.keys(withChanges({ a: 1, b: 2, c: 3 }, [{ path: ['b'], to: 5 }]) as object)).toEqual(['a', 'b', 'c']);
  });
  it('handles names that objects inherit', () => {
    const changes = changesBetween({}, JSON.parse('{"constructor": {"x": 1}, "toString": "y"}'));
    expect(withChanges({}, changes)).toEqual({ constructor: { x: 1 }, toString: 'y' });
  });
  it('omits fields that the server manages', () => {
    expect(withoutServerFields({ ...base, status: { x: 1 } })).toEqual({
      metadata: { name: 'web', labels: { app: 'web' } },
      spec: base.spec,
    });
  });
});

describe('diff', () => {
  const signs = { same: ' ', added: '+', removed: '-' };
  const written = (before: string, after: string) =>
    diffLines(before, after).map(({ kind, text }) => signs[kind] + text);
  it('shows added and removed lines', () => {
    expect(written('a\nb\nc\nd', 'a\nx\nc\nd\ne')).toEqual([' a', '-b', '+x', ' c', ' d', '+e']);
    expect(written('a', 'a')).toEqual([' a']);
    expect(written('a\na\nb', 'a\nb')).toEqual([' a', '-a', ' b']);
  });
  it('numbers the lines of both sides', () => {
    expect(diffLines('a\nb', 'b').map(({ before, after }) => [before, after])).toEqual([
      [1, undefined],
      [2, 1],
    ]);
  });
  it('contains both texts completely', () => {
    const before = Array.from({ length: 80 }, (_, index) => `line ${(index * 7) % 13}`).join('\n');
    const after = Array.from({ length: 90 }, (_, index) => `line ${(index * 5) % 11}`).join('\n');
    const lines = diffLines(before, after);
    expect(
      lines
        .filter(({ kind }) => kind !== 'added')
        .map(({ text }) => text)
        .join('\n'),
    ).toBe(before);
    expect(
      lines
        .filter(({ kind }) => kind !== 'removed')
        .map(({ text }) => text)
        .join('\n'),
    ).toBe(after);
  });
  it('omits lines far from any change', () => {
    const before = Array.from({ length: 40 }, (_, index) => `${index}`).join('\n');
    const hunks = hunksOf(diffLines(before, before.replace('\n20\n', '\nx\n')), 2);
    expect(hunks.map((hunk) => (hunk.type === 'gap' ? hunk.count : hunk.lines.length))).toEqual([18, 6, 17]);
  });
});

describe('yaml', () => {
  const secret = {
    data: { password: 'aHVudGVyMg==' },
    kind: 'Secret',
    apiVersion: 'v1',
    metadata: {
      name: 's',
      managedFields: [{ manager: 'm' }],
      annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{"data":{"password":"aHVudGVyMg=="}}' },
    },
  };
  it('writes in kubectl’s order, without managed fields unless requested', () => {
    expect(writeYaml(secret, { managedFields: false, hideData: false })).toMatch(
      /^apiVersion: v1\nkind: Secret\nmetadata:\n {2}name: s\n[\s\S]*\ndata:\n/,
    );
    expect(writeYaml(secret, { managedFields: false, hideData: false })).not.toContain('managedFields');
    expect(writeYaml(secret, { managedFields: true, hideData: false })).toContain('managedFields');
  });
  it('hides secret data, also in the last-applied annotation', () => {
    expect(writeYaml(secret, { managedFields: true, hideData: true })).not.toContain('aHVudGVyMg');
  });
  it('parses what it writes', () => {
    expect(readYaml(writeYaml(secret, { managedFields: true, hideData: false }))).toEqual({ object: secret });
  });
  it('names the line of an error', () => {
    expect(readYaml('a: 1\nb: [1\nc: 2')).toMatchObject({ error: expect.stringMatching(/^Line \d: /) });
    expect(readYaml('a: 1\na: 2')).toMatchObject({ error: expect.stringContaining('Line 2') });
    expect(readYaml('- 1')).toMatchObject({ error: expect.stringContaining('object') });
    expect(readYaml('')).toMatchObject({ error: expect.stringContaining('object') });
  });
  it('refuses aliases that expand exponentially', () => {
    const bomb = [
      'a: &a [x, x, x, x, x, x, x, x, x]',
      ...'bcdefgh'
        .split('')
        .map((name, index) => `${name}: &${name} [${Array(9).fill(`*${'abcdefgh'[index]}`).join(', ')}]`),
    ];
    expect(readYaml(bomb.join('\n'))).toHaveProperty('error');
  });
});
