import { useLeakCheck } from '@postern/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BindingRule } from '../bindings/decide-access.ts';
import { type KubeHarness, kubePath, startKubeHarness } from '../test/kube-harness.ts';

useLeakCheck();

let harness: KubeHarness;
/** Bodies that reached the cluster. */
let bodies: string[];

beforeEach(async () => {
  harness = await startKubeHarness();
  bodies = [];
  harness.onRequest = ({ respond, stream }) => {
    let text = '';
    stream.setEncoding('utf8').on('data', (part: string) => {
      text += part;
    });
    stream.once('end', () => {
      bodies.push(text);
      respond({ status: 201, headers: [['content-type', 'application/json']] });
      stream.end('{"status":{"allowed":true}}');
    });
  };
});
afterEach(() => harness.close());

const rule = (id: string, level: 'viewer' | 'editor', namespaces: string[]): BindingRule => ({
  id,
  team: null,
  cluster: {},
  level,
  groups: [],
  namespaces,
  expiresAt: null,
});

// biome-ignore lint/suspicious/noExplicitAny: tests inspect arbitrary JSON.
async function review(resource: string, spec: unknown, raw?: string): Promise<{ status: number; json: any }> {
  const path = `${kubePath}/apis/authorization.k8s.io/v1/${resource}`;
  const body = raw ?? JSON.stringify({ kind: 'x', apiVersion: 'authorization.k8s.io/v1', spec });
  const headers = { authorization: 'Bearer ada', 'content-type': 'application/json' };
  const answer = await harness.fetch(path, { method: 'POST', body, headers });
  return { status: answer.status, json: JSON.parse(answer.body) };
}

const access = (resourceAttributes: object) => review('selfsubjectaccessreviews', { resourceAttributes });
const get = { verb: 'get', resource: 'pods' };
const groups = () => harness.seen.at(-1)?.identity.groups;

describe('a review of one’s own rights', () => {
  it('of somebody who has the same everywhere reaches the cluster unread', async () => {
    harness.bindings.rules = [rule('a', 'editor', [])];
    expect((await access({ ...get, namespace: 'other' })).json).toEqual({ status: { allowed: true } });
    expect(groups()).toEqual(['postern:editor']);
    const { status } = await review('selfsubjectaccessreviews', null, 'not JSON');
    expect([status, bodies.at(-1)]).toEqual([201, 'not JSON']);
  });

  it('is asked with the groups of the namespace that it is about', async () => {
    harness.bindings.rules = [rule('wide', 'viewer', []), rule('narrow', 'editor', ['shop'])];
    const asked = { resourceAttributes: { ...get, namespace: 'shop' } };
    expect((await review('selfsubjectaccessreviews', asked)).json).toEqual({ status: { allowed: true } });
    expect(groups()).toEqual(['postern:editor']);
    expect(JSON.parse(bodies[0] ?? '').spec).toEqual(asked);
    await access({ ...get, namespace: 'other' });
    expect(groups()).toEqual(['postern:viewer']);
    await review('selfsubjectrulesreviews', { namespace: 'shop' });
    expect(groups()).toEqual(['postern:editor']);
    await review('selfsubjectrulesreviews', { namespace: 'other' });
    expect(groups()).toEqual(['postern:viewer']);
  });

  it('about what the gateway refuses is answered no, with the reason, and never reaches the cluster', async () => {
    harness.bindings.rules = [rule('narrow', 'editor', ['shop'])];
    for (const attributes of [
      { ...get, namespace: 'other' },
      get,
      { verb: 'delete', resource: 'namespaces', namespace: 'shop' },
    ]) {
      const { status, json } = await access(attributes);
      expect([status, json.kind, json.apiVersion]).toEqual([201, 'SelfSubjectAccessReview', 'authorization.k8s.io/v1']);
      expect(json.spec).toEqual({ resourceAttributes: attributes });
      expect(json.status).toMatchObject({ allowed: false, denied: true });
      expect(json.status.reason).toContain('is limited to the namespace "shop". Request access at ');
    }
    const rules = await review('selfsubjectrulesreviews', { namespace: 'other' });
    expect(rules.json).toMatchObject({
      kind: 'SelfSubjectRulesReview',
      status: { resourceRules: [], nonResourceRules: [], incomplete: false },
    });
    expect(harness.seen).toEqual([]);
  });

  it.each([
    ['not JSON', 'not JSON'],
    ['a list', '[]'],
    ['no specification', '{}'],
    ['wrong types', '{"spec":{"resourceAttributes":{"namespace":["shop"],"verb":{}}}}'],
    ['nothing', ''],
  ])('that cannot be understood (%s) counts as one about the whole cluster', async (_, raw) => {
    harness.bindings.rules = [rule('narrow', 'editor', ['shop'])];
    const { status, json } = await review('selfsubjectaccessreviews', null, raw);
    expect([status, json.status.allowed]).toEqual([201, false]);
    expect(harness.seen).toEqual([]);
  });

  it('about a path knows discovery', async () => {
    harness.bindings.rules = [rule('narrow', 'editor', ['shop'])];
    const path = (name: string) =>
      review('selfsubjectaccessreviews', { nonResourceAttributes: { path: name, verb: 'get' } });
    expect((await path('/version')).json).toEqual({ status: { allowed: true } });
    expect((await path('/metrics')).json.status.allowed).toBe(false);
  });

  it('that is too long is refused', async () => {
    harness.bindings.rules = [rule('narrow', 'editor', ['shop'])];
    const { status } = await review('selfsubjectaccessreviews', null, 'x'.repeat(70_000));
    expect(status).toBe(413);
    expect(harness.seen).toEqual([]);
  });
});
