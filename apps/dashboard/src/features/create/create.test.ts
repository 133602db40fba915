import { beforeEach, describe, expect, it, vi } from 'vitest';
import { knownKinds } from '#features/kube/known-kinds.ts';
import { readManifests } from '#features/objects/manifests.ts';
import { type Checked, checkAll } from './check.ts';
import { createAll, type Progress } from './create-all.ts';
import { templateFor, templates } from './templates.ts';

interface Stored {
  metadata: { name: string; namespace?: string; resourceVersion: string };
  data?: Record<string, unknown>;
}
const status = (code: number, reason: string, message: string) =>
  Response.json({ kind: 'Status', code, reason, message }, { status: code });

/** An apiserver with namespaces and config maps. */
class Server {
  readonly objects = new Map<string, Stored>();
  readonly requests: string[] = [];
  readonly fetch = vi.fn(async (input: RequestInfo | URL, init: RequestInit = {}): Promise<Response> => {
    const url = new URL(String(input), 'https://gateway');
    const path = url.pathname.replace('/k8s/acme/demo/api/v1', '');
    const { method = 'GET' } = init;
    const dryRun = url.searchParams.get('dryRun') === 'All';
    this.requests.push(`${method} ${path}${dryRun ? ' dry' : ''}`);
    if (method === 'GET') {
      const found = this.objects.get(path);
      return found === undefined ? status(404, 'NotFound', 'not found') : Response.json(found);
    }
    const sent = JSON.parse(String(init.body)) as Stored;
    const [, , namespace] = path.split('/');
    if (path.includes('configmaps') && !this.objects.has(`/namespaces/${namespace}`))
      return status(404, 'NotFound', `namespaces "${namespace}" not found`);
    if (sent.data !== undefined && Object.values(sent.data).some((value) => typeof value !== 'string'))
      return status(
        400,
        'BadRequest',
        'ConfigMap in version "v1" cannot be handled as a ConfigMap: data.a: expected a string',
      );
    const key = method === 'PUT' ? path : `${path}/${sent.metadata.name}`;
    if (method === 'POST' && this.objects.has(key))
      return status(409, 'AlreadyExists', `"${sent.metadata.name}" already exists`);
    const stored = { ...sent, metadata: { ...sent.metadata, resourceVersion: '2' } };
    if (!dryRun) this.objects.set(key, stored);
    return Response.json(stored);
  });
  get writes() {
    return this.requests.filter((request) => !request.startsWith('GET') && !request.endsWith('dry'));
  }
}

const ref = { organization: 'acme', cluster: 'demo' };
const resources = [knownKinds.configMaps, knownKinds.namespaces];
const configMap = (name: string, data: string, namespace = '') =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n${namespace && `  namespace: ${namespace}\n`}data: ${data}\n`;
const text = (...documents: string[]) => documents.join('---\n');

describe('creating from a text', () => {
  let server: Server;
  beforeEach(() => {
    server = new Server();
    server.objects.set('/namespaces/shop', { metadata: { name: 'shop', resourceVersion: '1' } });
    vi.stubGlobal('fetch', server.fetch);
  });
  const check = (written: string) => checkAll(readManifests(written), { ref, resources, namespace: 'shop' });
  const run = async (checked: readonly Checked[], accepted: number[] = []) => {
    const progress: [number, Progress][] = [];
    await createAll(checked, new Set(accepted), (index, state) => progress.push([index, state]));
    return progress;
  };
  const types = (checked: readonly Checked[]) => checked.map(({ outcome }) => outcome.type);

  it('tries everything first, and then creates it in order', async () => {
    const checked = await check(text(configMap('a', '{a: x}'), configMap('b', '{a: x}')));
    expect(types(checked)).toEqual(['create', 'create']);
    expect(checked.map(({ home }) => home?.namespace)).toEqual(['shop', 'shop']);
    expect(server.writes).toEqual([]);
    expect(await run(checked)).toEqual([
      [0, { type: 'running' }],
      [0, { type: 'created', name: 'a' }],
      [1, { type: 'running' }],
      [1, { type: 'created', name: 'b' }],
    ]);
    expect(server.writes).toEqual(Array(2).fill('POST /namespaces/shop/configmaps'));
  });

  it('says which of three is wrong, at which line, and leaves only that one out', async () => {
    const written = text(configMap('a', '{a: x}'), configMap('b', '{a: 1}'), configMap('c', '{a: x}'));
    const checked = await check(written);
    expect(types(checked)).toEqual(['create', 'error', 'create']);
    expect(checked[1]?.outcome).toMatchObject({
      refused: [{ field: 'data.a', message: 'expected a string', was: '1' }],
    });
    await run(checked);
    expect([...server.objects.keys()].filter((key) => key.includes('configmaps'))).toEqual([
      '/namespaces/shop/configmaps/a',
      '/namespaces/shop/configmaps/c',
    ]);
  });

  it('shows what an existing object would become, and changes it only if somebody agrees', async () => {
    const path = '/namespaces/shop/configmaps/a';
    const labels = { kept: 'yes' };
    server.objects.set(path, {
      metadata: { name: 'a', namespace: 'shop', resourceVersion: '1', labels } as Stored['metadata'],
      data: { a: 'old', b: 'kept' },
    });
    expect(
      types(await check(configMap('a', '{b: kept}').replace(/^.*\n.*\n/, 'apiVersion: v1\nkind: ConfigMap\n'))),
    ).toEqual(['change']);
    const checked = await check(configMap('a', '{a: new}'));
    expect(checked[0]?.outcome).toMatchObject({
      type: 'change',
      review: { result: { data: { a: 'new', b: 'kept' } } },
    });
    expect(await run(checked)).toEqual([]);
    expect(server.writes).toEqual([]);
    expect(await run(checked, [0])).toContainEqual([0, { type: 'changed', name: 'a' }]);
    expect(server.objects.get(path)).toMatchObject({ metadata: { labels }, data: { a: 'new', b: 'kept' } });
    expect(types(await check(configMap('a', '{a: new}')))).toEqual(['same']);
  });

  it('checks what belongs to a new namespace once that exists', async () => {
    const namespace = 'apiVersion: v1\nkind: Namespace\nmetadata: {name: new}\n';
    const checked = await check(text(namespace, configMap('a', '{a: x}', 'new'), configMap('b', '{a: 1}', 'new')));
    expect(types(checked)).toEqual(['create', 'later', 'later']);
    const progress = await run(checked);
    expect(progress).toContainEqual([1, { type: 'created', name: 'a' }]);
    expect(progress).toContainEqual([2, { type: 'failed', message: expect.stringContaining('data.a') }]);
    expect(server.requests.slice(-4)).toEqual([
      'POST /namespaces',
      'POST /namespaces/new/configmaps dry',
      'POST /namespaces/new/configmaps',
      'POST /namespaces/new/configmaps dry',
    ]);
    // The other way round, the namespace comes too late.
    expect(types(await check(text(configMap('a', '{a: x}', 'other'), namespace.replace('new', 'other'))))[0]).toBe(
      'error',
    );
  });

  it('goes on after a failure', async () => {
    const checked = await check(text(configMap('a', '{a: x}'), configMap('b', '{a: x}')));
    server.objects.set('/namespaces/shop/configmaps/a', { metadata: { name: 'a', resourceVersion: '1' } });
    const progress = await run(checked);
    expect(progress).toContainEqual([0, { type: 'failed', message: '"a" already exists' }]);
    expect(progress).toContainEqual([1, { type: 'created', name: 'b' }]);
  });

  it('sends nothing that it cannot read, or whose kind is not served', async () => {
    const checked = await check('kind: [\n---\nkind: X\n---\napiVersion: v9\nkind: ConfigMap\n---\njust text\n');
    expect(types(checked)).toEqual(Array(4).fill('error'));
    expect(checked[2]?.outcome).toMatchObject({ message: 'This cluster has no kind ConfigMap in v9.' });
    expect(await run(checked)).toEqual([]);
    expect(server.requests).toEqual([]);
  });
});

describe('templates', () => {
  it('are each one valid manifest', () => {
    for (const { label, text: written } of templates) {
      const manifests = readManifests(written);
      expect(manifests, label).toHaveLength(1);
      expect(manifests[0], label).toMatchObject({ problems: [], object: { kind: label } });
    }
  });
  it('exist for every kind', () => {
    const widget = { ...knownKinds.pods, group: 'example.com', version: 'v2', resource: 'widgets', kind: 'Widget' };
    expect(readManifests(templateFor(widget))[0]?.object).toEqual({
      apiVersion: 'example.com/v2',
      kind: 'Widget',
      metadata: { name: 'example' },
    });
    expect(templateFor(knownKinds.configMaps)).toContain('kind: ConfigMap');
  });
});
