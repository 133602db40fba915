import type { ServerResponse } from 'node:http';
import type { TestGateway } from './test-gateway.ts';

interface KubeObject {
  metadata: { name: string; namespace?: string; uid?: string; resourceVersion?: string };
  [field: string]: unknown;
}

/**
 * A cluster's API for tests that render: serves lists and watches of the objects that a test puts in, and refuses the
 * paths that it names.
 */
export class TestCluster {
  readonly #lists = new Map<string, Map<string, KubeObject>>();
  readonly #tables = new Map<string, object>();
  readonly #refused = new Map<string, { code: number; reason: string; message: string }>();
  readonly #changes: { path: string; version: number; line: string }[] = [];
  readonly #watches: { path: string; response: ServerResponse }[] = [];
  /** The URLs requested so far. */
  readonly asked: URL[] = [];
  #version = 100;

  constructor(gateway: TestGateway) {
    gateway.serveCluster(({ url, path }, response) => this.#serve(url, path, response));
  }

  /** Adds or changes objects of a list such as `/api/v1/pods`. */
  put(path: string, ...objects: KubeObject[]): void {
    const list = this.#lists.get(path) ?? new Map<string, KubeObject>();
    this.#lists.set(path, list);
    for (const object of objects) {
      const { name, namespace = '' } = object.metadata;
      const known = list.has(`${namespace}/${name}`);
      const metadata = { uid: `${namespace}/${name}`, ...object.metadata, resourceVersion: String(++this.#version) };
      const stored = { ...object, metadata };
      list.set(`${namespace}/${name}`, stored);
      this.#notify(path, known ? 'MODIFIED' : 'ADDED', stored);
    }
  }

  /** Serves a list as a server-side table with these names, all in one namespace. */
  putTable(path: string, names: readonly string[]): void {
    this.#tables.set(path, {
      kind: 'Table',
      metadata: { resourceVersion: String(this.#version) },
      columnDefinitions: [{ name: 'Name', type: 'string', format: 'name', priority: 0 }],
      rows: names.map((name) => ({
        cells: [name],
        object: { metadata: { name, namespace: 'shop', uid: name, resourceVersion: '1' } },
      })),
    });
    this.put(path);
  }

  remove(path: string, name: string): void {
    for (const [key, object] of this.#lists.get(path) ?? []) {
      if (object.metadata.name !== name) continue;
      this.#lists.get(path)?.delete(key);
      this.#notify(path, 'DELETED', {
        ...object,
        metadata: { ...object.metadata, resourceVersion: String(++this.#version) },
      });
    }
  }

  refuse(path: string, code: number, reason: string, message: string): void {
    this.#refused.set(path, { code, reason, message });
  }

  allow(path: string): void {
    this.#refused.delete(path);
  }

  /** Breaks all watches, as a lost tunnel does. */
  breakWatches(): void {
    for (const { response } of this.#watches.splice(0)) response.destroy();
  }

  /** How often a path was listed, and how often it was watched. */
  count(path: string): { lists: number; watches: number } {
    const asked = this.asked.filter(({ pathname }) => pathname.endsWith(path));
    const watches = asked.filter(({ searchParams }) => searchParams.has('watch')).length;
    return { lists: asked.length - watches, watches };
  }

  #serve(url: URL, path: string, response: ServerResponse): boolean {
    this.asked.push(url);
    const refused = this.#refused.get(path);
    if (refused !== undefined || !this.#lists.has(path)) {
      const status = refused ?? { code: 404, reason: 'NotFound', message: 'the server could not find the resource' };
      response.writeHead(status.code, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ kind: 'Status', ...status }));
      return true;
    }
    response.writeHead(200, { 'content-type': 'application/json' });
    if (url.searchParams.has('watch')) {
      response.flushHeaders();
      const since = Number(url.searchParams.get('resourceVersion'));
      for (const { path: of, version, line } of this.#changes) if (of === path && version > since) response.write(line);
      this.#watches.push({ path, response });
      return true;
    }
    const table = this.#tables.get(path);
    if (table !== undefined) {
      response.end(JSON.stringify(table));
      return true;
    }
    const items = [...(this.#lists.get(path)?.values() ?? [])];
    response.end(JSON.stringify({ kind: 'List', metadata: { resourceVersion: String(this.#version) }, items }));
    return true;
  }

  #notify(path: string, type: string, object: KubeObject): void {
    const line = `${JSON.stringify({ type, object })}\n`;
    this.#changes.push({ path, version: this.#version, line });
    for (const watch of this.#watches) if (watch.path === path) watch.response.write(line);
  }
}
