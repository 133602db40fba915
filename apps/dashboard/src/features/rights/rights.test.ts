import { describe, expect, it } from 'vitest';
import { missingRight, type Permission } from '#features/actions/permission.ts';
import { KubeError, sentenceOf } from '#features/kube/kube-error.ts';
import { missingRule } from '#features/kube/rule-sentence.ts';
import { onObject } from './needs.ts';
import { judge, readRules } from './rules.ts';

const ref = { organization: 'acme', cluster: 'demo' };
const scale: Permission = {
  ref,
  verb: 'patch',
  group: 'apps',
  resource: 'deployments/scale',
  namespace: 'shop',
  name: 'frontend',
};
const rule = (change: object = {}) => ({
  verbs: ['patch'],
  apiGroups: ['apps'],
  resources: ['deployments/scale'],
  ...change,
});
const review = (resourceRules: unknown, more: object = {}) =>
  readRules({ status: { resourceRules, nonResourceRules: [], incomplete: false, ...more } });

describe('the rules of a namespace', () => {
  it.each([
    ['named', {}, true],
    ['every verb', { verbs: ['*'] }, true],
    ['every group', { apiGroups: ['*'] }, true],
    ['every resource', { resources: ['*'] }, true],
    ['every resource with the subresource', { resources: ['*/scale'] }, true],
    ['the object by name', { resourceNames: ['frontend'] }, true],
    ['another verb', { verbs: ['get', 'update'] }, false],
    ['another group', { apiGroups: [''] }, false],
    ['the resource without the subresource', { resources: ['deployments'] }, false],
    ['another subresource', { resources: ['*/status', 'deployments/status'] }, false],
    ['another object', { resourceNames: ['checkout'] }, false],
  ])('decide as RBAC does: %s', (_, change, allowed) => {
    expect(judge(review([rule(change)]), scale)).toBe(allowed);
  });

  it('leave open what an incomplete list does not contain', () => {
    for (const more of [{ incomplete: true }, { evaluationError: 'webhook does not list rules' }]) {
      expect(judge(review([rule()], more), scale)).toBe(true);
      expect(judge(review([], more), scale)).toBeUndefined();
    }
  });

  it.each([undefined, null, {}, { status: 1 }, { status: { resourceRules: {} } }])(
    'are not taken from an answer without a list: %j',
    (answer) => expect(judge(readRules(answer), scale)).toBeUndefined(),
  );

  it('contain nothing of a malformed rule', () => {
    expect(judge(review([null, 'x', { verbs: '*' }, rule({ verbs: [{}] })]), scale)).toBe(false);
  });
});

describe('a missing right', () => {
  const resource = {
    group: 'apps',
    version: 'v1',
    resource: 'deployments',
    kind: 'Deployment',
    namespaced: true,
    verbs: ['patch'],
    shortNames: [],
    subresources: ['scale'],
    preferred: true,
  };
  const target = { ref, resource, namespace: 'shop', name: 'frontend' };

  it('is the first one known to be missing, as a sentence with its rule', () => {
    expect(onObject('patch', 'scale')({ target })).toEqual([scale]);
    expect(missingRight([scale], missingRule)).toBe(
      'You need “patch deployments/scale” in shop. Ask an administrator for this right.',
    );
    const onlyInCluster = (one: Permission) => (one.namespace === '' ? missingRule(one) : undefined);
    expect(missingRight([scale, { ...scale, namespace: '' }], onlyInCluster)).toContain('” in the whole cluster.');
  });

  it('is never assumed while it is unknown', () => {
    expect(missingRight([scale], undefined)).toBeUndefined();
    expect(missingRight([scale], () => undefined)).toBeUndefined();
  });

  it('is looked for on all selected objects, up to a limit', () => {
    const chosen = Array.from({ length: 5000 }, (_, index) => ({ ...target, namespace: `n${index}` }));
    const needs = onObject('delete')({ target, chosen });
    expect(needs[1]?.namespace).toBe('n1');
    expect(needs).toHaveLength(100);
  });
});

describe('a refusal by the apiserver', () => {
  const refusal = (message: string, status = 403) =>
    sentenceOf(new KubeError({ status, reason: 'Forbidden', message }));
  const by = 'deployments.apps "frontend" is forbidden: User "postern:ada@example.com" cannot';

  it('names the missing rule', () => {
    const inShop = `${by} patch resource "deployments/scale" in API group "apps" in the namespace "shop"`;
    expect(refusal(inShop)).toBe('You need “patch deployments/scale” in shop. Ask an administrator for this right.');
    expect(refusal(`${by} list resource "nodes" in API group "" at the cluster scope: no role allows it`)).toBe(
      'You need “list nodes” in the whole cluster. Ask an administrator for this right.',
    );
  });

  it('is shown as it is if RBAC is not the reason', () => {
    const quota = 'pods "a" is forbidden: exceeded quota: small, requested: pods=1, used: pods=4, limited: pods=4';
    expect(refusal(quota)).toBe(quota);
    expect(refusal(`${by} be changed`, 422)).toBe(`${by} be changed`);
  });
});
