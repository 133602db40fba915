import { describe, expect, it } from 'vitest';
import { typeOfKind } from '../schema/types.ts';
import { jsonPatch } from './json-patch.ts';
import { mergePatch, strategicMerge } from './merge.ts';

describe('a merge patch', () => {
  it('follows the examples of RFC 7386', () => {
    expect(mergePatch({ a: 'b', c: { d: 'e', f: 'g' } }, { a: 'z', c: { f: null } })).toEqual({
      a: 'z',
      c: { d: 'e' },
    });
    expect(mergePatch({ a: [{ b: 'c' }] }, { a: [1] })).toEqual({ a: [1] });
    expect(mergePatch([1, 2], { a: 'b', c: null })).toEqual({ a: 'b' });
    expect(mergePatch({ e: null }, { a: 1 })).toEqual({ e: null, a: 1 });
  });
});

describe('a strategic merge patch', () => {
  const container = (name: string, more: object = {}) => ({ name, image: 'x', ...more });
  const pod = {
    kind: 'Pod',
    spec: { containers: [container('a', { env: [{ name: 'E', value: '1' }] }), container('b')] },
  };
  const patch = (spec: object) => strategicMerge(pod, { spec }, typeOfKind('Pod')) as typeof pod;

  it('merges lists by the key of their items', () => {
    const { containers } = patch({ containers: [{ name: 'a', image: 'y', env: [{ name: 'F', value: '2' }] }] }).spec;
    const env = [
      { name: 'E', value: '1' },
      { name: 'F', value: '2' },
    ];
    expect(containers).toEqual([{ name: 'a', image: 'y', env }, container('b')]);
  });

  it('follows the directives', () => {
    expect(patch({ containers: [{ $patch: 'delete', name: 'a' }] }).spec.containers).toEqual([container('b')]);
    const order = {
      '$setElementOrder/containers': [{ name: 'b' }, { name: 'a' }],
      containers: [{ name: 'a', image: 'z' }],
    };
    expect(patch(order).spec.containers.map(({ name }) => name)).toEqual(['b', 'a']);
    const meta = { metadata: { finalizers: ['x', 'y'] } };
    const removal = { metadata: { '$deleteFromPrimitiveList/finalizers': ['x'] } };
    expect(strategicMerge(meta, removal, typeOfKind('Pod'))).toEqual({ metadata: { finalizers: ['y'] } });
    const strategy = { spec: { strategy: { type: 'RollingUpdate', rollingUpdate: {} } } };
    const recreate = { spec: { strategy: { $retainKeys: ['type'], type: 'Recreate' } } };
    expect(strategicMerge(strategy, recreate, typeOfKind('Deployment'))).toEqual({
      spec: { strategy: { type: 'Recreate' } },
    });
  });

  it('replaces lists of unknown types', () => {
    const object = { kind: 'Lamp', spec: { bulbs: [{ name: 'a' }] } };
    expect(strategicMerge(object, { spec: { bulbs: [{ name: 'b' }] } }, typeOfKind('Lamp'))).toEqual({
      kind: 'Lamp',
      spec: { bulbs: [{ name: 'b' }] },
    });
  });
});

describe('a JSON patch', () => {
  it('applies the operations of RFC 6902', () => {
    const document = { a: [1, 2], b: { 'c/d': 1 } };
    const patch = [
      { op: 'add', path: '/a/1', value: 9 },
      { op: 'add', path: '/a/-', value: 3 },
      { op: 'replace', path: '/b/c~1d', value: 2 },
      { op: 'copy', from: '/a', path: '/e' },
      { op: 'move', from: '/a/0', path: '/f' },
      { op: 'test', path: '/f', value: 1 },
      { op: 'remove', path: '/e/0' },
    ];
    expect(jsonPatch(document, patch)).toEqual({ a: [9, 2, 3], b: { 'c/d': 2 }, e: [9, 2, 3], f: 1 });
    expect(document).toEqual({ a: [1, 2], b: { 'c/d': 1 } });
  });

  it('refuses invalid operations', () => {
    for (const operation of [
      { op: 'remove', path: '/nope' },
      { op: 'replace', path: '/a/7', value: 1 },
      { op: 'test', path: '/a', value: 2 },
      { op: 'add', path: '/__proto__/x', value: 1 },
      { op: 'add', path: 'a', value: 1 },
      { op: 'twist', path: '/a' },
    ]) {
      expect(() => jsonPatch({ a: [1] }, [operation]), JSON.stringify(operation)).toThrow();
    }
  });
});
