import type { ServerResponse } from 'node:http';
import type { TestGateway } from './test-gateway.ts';

interface KubeObject {
  metadata: {
    name: string;
    namespace?: string;
    uid?: string;
    resourceVersion?: string;
    labels?: Record<string, string>;
    [field: string]: unknown;
  };
  [field: string]: unknown;
}

interface Change {
  type: string;
  object: KubeObject;
}

interface Printer {
  columns: readonly string[];
  cells: (object: KubeObject) => readonly unknown[];
}

function tableOf({ columns, cells }: Printer, objects: readonly KubeObject[]) {
  return {
    kind: 'Table',
    columnDefinitions: columns.map((name) => ({
      name,
      type: 'string',
      format: name === 'Name' ? 'name' : '',
      priority: 0,
    })),
    rows: objects.map((object) => ({ cells: cells(object), object: { metadata: object.metadata } })),
  };
}

/** The objects that a field selector for one name, or a label selector with equalities, selects. */
function selected(objects: readonly KubeObject[], { searchParams }: URL): KubeObject[] {
  const [, name] = /^metadata\.name=(.+)$/.exec(searchParams.get('fieldSelector') ?? '') ?? [];
  const labels = (searchParams.get('labelSelector') ?? '').split(',').filter((term) => term !== '');
  return objects.filter(
    ({ metadata }) =>
      (name === undefined || metadata.name === name) &&
      labels.every((term) => {
        const [key = '', value] = term.split('=');
        return metadata.labels?.[key] === value;
      }),
  );
}

/**
 * A cluster's API for tests that render: serves lists and watches of the objects that a test puts in, and refuses the
 * paths that it names.
 */
export class TestCluster {
  readonly #lists = new Map<string, Map<string, KubeObject>>();
  readonly #printers = new Map<string, Printer>();
  readonly #refused = new Map<string, { code: number; reason: string; message: string }>();
  readonly #changes: (Change & { path: string; version: number })[] = [];
  readonly #texts = new Map<string, string>();
  readonly #watches: { path: string; response: ServerResponse }[] = [];
  readonly #held: (() => void)[] = [];
  #heldPath: string | undefined;
  /** The URLs requested so far. */
  readonly asked: URL[] = [];
  #version = 100;

  constructor(gateway: TestGateway) {
    gateway.serveCluster(({ url, path }, response) => {
      if (path !== this.#heldPath) return this.#serve(url, path, response);
      this.#held.push(() => void this.#serve(url, path, response));
      return true;
    });
  }

  /** Answers, and counts, no request for this path before the returned function is called. */
  hold(path: string): () => void {
    this.#heldPath = path;
    return () => {
      this.#heldPath = undefined;
      for (const serve of this.#held.splice(0)) serve();
    };
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

  /** Serves a path as plain text, such as the log of a pod. */
  write(path: string, text: string): void {
    this.#texts.set(path, text);
  }

  /** Serves a list as server-side tables with these columns, to clients that ask for tables. */
  print(path: string, columns: readonly string[], cells: (object: KubeObject) => readonly unknown[]): void {
    this.#printers.set(path, { columns, cells });
    this.put(path);
  }

  /** Serves a list as a server-side table with these names, all in one namespace. */
  putTable(path: string, names: readonly string[]): void {
    this.print(path, ['Name'], ({ metadata }) => [metadata.name]);
    this.put(path, ...names.map((name) => ({ metadata: { name, namespace: 'shop', uid: name } })));
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
    const written = this.#texts.get(path);
    if (written !== undefined) {
      response.writeHead(200, { 'content-type': 'text/plain' }).end(written);
      return true;
    }
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
      for (const change of this.#changes) {
        if (change.path === path && change.version > since) response.write(this.#lineOf(path, response, change));
      }
      this.#watches.push({ path, response });
      return true;
    }
    const items = selected([...(this.#lists.get(path)?.values() ?? [])], url);
    const metadata = { resourceVersion: String(this.#version) };
    const printer = this.#printerFor(path, response);
    const list = printer === undefined ? { kind: 'List', items } : tableOf(printer, items);
    response.end(JSON.stringify({ ...list, metadata }));
    return true;
  }

  #notify(path: string, type: string, object: KubeObject): void {
    const change = { type, object };
    this.#changes.push({ path, version: this.#version, ...change });
    for (const watch of this.#watches) {
      if (watch.path === path) watch.response.write(this.#lineOf(path, watch.response, change));
    }
  }

  #printerFor(path: string, { req }: ServerResponse): Printer | undefined {
    return req.headers.accept?.includes('as=Table') === true ? this.#printers.get(path) : undefined;
  }

  #lineOf(path: string, response: ServerResponse, { type, object }: Change): string {
    const printer = this.#printerFor(path, response);
    const sent = printer === undefined ? object : { ...tableOf(printer, [object]), metadata: object.metadata };
    return `${JSON.stringify({ type, object: sent })}\n`;
  }
}
