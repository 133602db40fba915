// @vitest-environment jsdom
import { beforeEach, describe, expect, it } from 'vitest';
import { locationOf } from '#features/address/location.ts';
import { knownKinds } from '#features/kube/known-kinds.ts';
import { visitEntry } from './visit-entries.ts';
import { readVisits, rememberVisit, type Visit, visitOf } from './visits.ts';

const ada = { user: 'u1', organization: 'acme' };
const pod: Visit = { cluster: 'demo', resource: 'pods', namespace: 'shop', object: 'web-0' };

beforeEach(() => localStorage.clear());

describe('visits', () => {
  it('are the pages of clusters', () => {
    expect(visitOf(locationOf('/acme/clusters/demo/r/pods/shop/web-0'))).toEqual(pod);
    expect(visitOf(locationOf('/acme/clusters/demo/r/pods'))).toEqual({ cluster: 'demo', resource: 'pods' });
    expect(visitOf(locationOf('/acme/clusters/demo'))).toEqual({ cluster: 'demo' });
    expect(visitOf(locationOf('/acme/tokens'))).toBeUndefined();
  });
  it('are remembered latest first, each once, and not without end', () => {
    for (let number = 0; number < 20; number++) rememberVisit(ada, { cluster: `c${number}` });
    rememberVisit(ada, { cluster: 'c15' });
    const names = readVisits(ada).map(({ cluster }) => cluster);
    expect(names).toHaveLength(12);
    expect(names.slice(0, 3)).toEqual(['c15', 'c19', 'c18']);
  });
  it('belong to one person and one organization', () => {
    rememberVisit(ada, pod);
    expect(readVisits({ ...ada, user: 'u2' })).toEqual([]);
    expect(readVisits({ ...ada, organization: 'other' })).toEqual([]);
    expect(readVisits(ada)).toEqual([pod]);
  });
  it.each(['{', '{}', '[1, null, {"cluster": 7}, {"cluster": "demo", "object": {}}]'])(
    'ignores %s in storage',
    (text) => {
      rememberVisit(ada, pod);
      for (const key of Object.keys(localStorage)) localStorage.setItem(key, text);
      expect(readVisits(ada)).toEqual([]);
    },
  );
});

it('describes a visit, and goes there whatever its names contain', () => {
  const gone: string[] = [];
  const place = {
    organization: 'acme',
    cluster: 'demo',
    served: Object.values(knownKinds),
    go: (to: string) => gone.push(to),
  };
  const describe = (visit: Visit) => {
    const { title, note, run } = visitEntry(visit, place);
    run();
    return [title, note, gone.at(-1)];
  };
  expect(describe(pod)).toEqual(['web-0', 'Pod in shop', '/acme/clusters/demo/r/pods/shop/web-0']);
  expect(describe({ cluster: 'demo', resource: 'configmaps' })).toEqual([
    'ConfigMaps',
    '',
    '/acme/clusters/demo/r/configmaps',
  ]);
  expect(describe({ cluster: 'prod', resource: 'nodes', namespace: '-', object: 'n1' })).toEqual([
    'n1',
    'nodes · prod',
    '/acme/clusters/prod/r/nodes/-/n1',
  ]);
  expect(describe({ cluster: '../..' })[2]).toBe('/acme/clusters/..%2F..');
});
