import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { ObjectRef } from '#features/kube/kube-actions.ts';
import { applyEdit, type Edit, reviewEdit } from './edit.ts';

type Manifest = {
  metadata: { name: string; resourceVersion: string; labels?: Record<string, string> };
  spec: { replicas: number; image: string };
  status?: unknown;
};

/** An apiserver with one object, optimistic locking and dry runs. Others may write between two requests. */
class Server {
  object: Manifest = { metadata: { name: 'web', resourceVersion: '1' }, spec: { replicas: 2, image: 'a' } };
  readonly requests: string[] = [];
  /** The next one runs before each PUT. */
  meanwhile: (() => void)[] = [];

  write(change: (object: Manifest) => void): void {
    const next = structuredClone(this.object);
    change(next);
    next.metadata.resourceVersion = String(Number(this.object.metadata.resourceVersion) + 1);
    this.object = next;
  }

  readonly fetch = vi.fn(async (input: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
    const url = new URL(String(input), 'https://gateway');
    const dryRun = url.searchParams.has('dryRun');
    this.requests.push(`${init?.method ?? 'GET'}${dryRun ? ' dry' : ''}`);
    if (init?.method !== 'PUT') return Response.json(this.object);
    this.meanwhile.shift()?.();
    const sent = JSON.parse(String(init.body)) as Manifest;
    if (sent.metadata.resourceVersion !== this.object.metadata.resourceVersion) {
      return Response.json(
        { kind: 'Status', code: 409, reason: 'Conflict', message: 'the object has been modified' },
        { status: 409 },
      );
    }
    if (sent.spec.replicas < 0)
      return Response.json(
        { kind: 'Status', code: 422, reason: 'Invalid', message: 'spec.replicas: Invalid value: -1' },
        { status: 422 },
      );
    if (dryRun) return Response.json(sent);
    this.write((object) => Object.assign(object, structuredClone(sent)));
    return Response.json(this.object);
  });
}

const resource = {
  group: 'apps',
  version: 'v1',
  resource: 'deployments',
  kind: 'Deployment',
  namespaced: true,
  verbs: [],
  shortNames: [],
  subresources: [],
  preferred: true,
};
const target: ObjectRef = { ref: { organization: 'acme', cluster: 'demo' }, resource, namespace: 'shop', name: 'web' };

describe('editing', () => {
  let server: Server;
  const edit = (change: (object: Manifest) => void, more: Partial<Edit> = {}): Edit => {
    const base = structuredClone(server.object);
    const edited = structuredClone(base);
    change(edited);
    return { target, base, edited, ...more };
  };
  beforeEach(() => {
    server = new Server();
    vi.stubGlobal('fetch', server.fetch);
  });

  it('does a dry run first, and nothing if nothing has changed', async () => {
    expect(await reviewEdit(edit(() => undefined))).toEqual({ type: 'unchanged' });
    expect(server.requests).toEqual([]);
    const one = edit((object) => (object.spec.replicas = 3));
    const review = await reviewEdit(one);
    expect(review).toMatchObject({ type: 'ready', moved: false, result: { spec: { replicas: 3 } } });
    expect(server.object.spec.replicas).toBe(2);
    expect(await applyEdit(one, review)).toBe('done');
    expect(server.object.spec.replicas).toBe(3);
  });

  it('applies the edit on top of other people’s unrelated changes', async () => {
    const one = edit((object) => (object.spec.image = 'b'));
    server.write((object) => (object.spec.replicas = 9));
    const review = await reviewEdit(one);
    expect(review).toMatchObject({ type: 'ready', moved: true });
    await applyEdit(one, review);
    expect(server.object.spec).toEqual({ replicas: 9, image: 'b' });
  });

  it('names a field that others changed too, and overwrites it only if forced', async () => {
    const change = (object: Manifest) => (object.spec.replicas = 3);
    const one = edit(change);
    const forced = edit(change, { force: true });
    server.write((object) => (object.spec.replicas = 9));
    expect(await reviewEdit(one)).toMatchObject({ type: 'conflict', fields: ['spec.replicas'] });
    await applyEdit(forced, await reviewEdit(forced));
    expect(server.object.spec.replicas).toBe(3);
  });

  it('succeeds although a controller writes the status all the time', async () => {
    const one = edit((object) => (object.spec.replicas = 3));
    const busy = () => server.write((object) => (object.status = { at: server.object.metadata.resourceVersion }));
    server.meanwhile = [busy, busy, () => undefined, busy, busy];
    expect(await applyEdit(one, await reviewEdit(one))).toBe('done');
    expect(server.object.spec.replicas).toBe(3);
    expect(server.requests.filter((request) => request === 'PUT').length).toBeGreaterThan(1);
  });

  it('asks for another review if the result would differ from the one shown', async () => {
    const one = edit((object) => (object.spec.replicas = 3));
    const review = await reviewEdit(one);
    server.meanwhile = [() => server.write((object) => (object.spec.image = 'z'))];
    expect(await applyEdit(one, review)).toMatchObject({
      type: 'ready',
      moved: true,
      result: { spec: { replicas: 3, image: 'z' } },
    });
    expect(server.object.spec.replicas).toBe(2);
  });

  it('passes on the server’s refusal', async () => {
    await expect(reviewEdit(edit((object) => (object.spec.replicas = -1)))).rejects.toThrow(
      'spec.replicas: Invalid value',
    );
  });
});
