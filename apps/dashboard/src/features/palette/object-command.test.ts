import { describe, expect, it } from 'vitest';
import { knownKinds } from '#features/kube/known-kinds.ts';
import { commandsIn } from './object-command.ts';
import { bestMatches, matchObject, type NamedObject, wordsOf } from './object-match.ts';

const verbs = [['logs'], ['terminal', 'shell', 'exec'], ['scale'], ['restart'], ['delete']];
const actions = verbs.map((one) => ({ byName: { verbs: one } }));
const meant = (typed: string) =>
  commandsIn(typed, actions).map(({ action, words, whole }) => [action.byName.verbs[0], words.join(' '), whole]);

describe('commandsIn', () => {
  it('reads a verb and a name, with or without small words between them', () => {
    expect(meant('scale frontend')).toEqual([['scale', 'frontend', true]]);
    expect(meant('Logs of  checkout in shop')).toEqual([['logs', 'checkout shop', true]]);
    expect(meant('shell in web')).toEqual([['terminal', 'web', true]]);
    expect(meant('restart shop/checkout')).toEqual([['restart', 'shop checkout', true]]);
  });
  it('accepts the beginning of a verb', () => {
    expect(meant('re web')).toEqual([['restart', 'web', false]]);
    expect(meant('r web')).toEqual([]);
  });
  it.each(['', 'delete', 'delete ', 'logs of', 'deploy', 'deploy web'])('reads no command in "%s"', (typed) => {
    expect(meant(typed)).toEqual([]);
  });
});

const object = (name: string, namespace = 'shop', kind: NamedObject['kind'] = knownKinds.deployments): NamedObject => ({
  name,
  namespace,
  kind,
});

describe('matchObject', () => {
  it('prefers the whole name, then its beginning, a part after a dash, any part', () => {
    const names = ['web', 'web-config', 'my-web', 'cobweb', 'other'];
    expect(names.map((name) => matchObject(object(name), ['web']))).toEqual([5, 3, 2, 1, 0]);
  });
  it('narrows by namespace and kind, but needs a word of the name', () => {
    expect(matchObject(object('checkout'), wordsOf('checkout shop'))).toBe(5);
    expect(matchObject(object('checkout'), wordsOf('deploy checkout'))).toBe(5);
    expect(matchObject(object('checkout'), wordsOf('shop/checkout'))).toBe(5);
    expect(matchObject(object('checkout'), wordsOf('checkout prod'))).toBe(0);
    expect(matchObject(object('checkout'), wordsOf('service checkout'))).toBe(0);
    expect(matchObject(object('checkout'), ['shop'])).toBe(0);
  });
});

it('sorts matches by how well they match, then by length, then in the given order', () => {
  const objects = ['web-config', 'a-web', 'web-2', 'web-1', 'web'].map((name) => object(name));
  const names = bestMatches(objects, ['web'], 4).map((found) => found.object.name);
  expect(names).toEqual(['web', 'web-2', 'web-1', 'web-config']);
  expect(bestMatches(objects, [], 4)).toEqual([]);
});
