import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { knownKinds } from './known-kinds.ts';
import { metadataFields, objectFields, tableRows, wholeObjects } from './list-format.ts';
import { type ListRequest, listKey, lookAt, sharedList } from './shared-lists.ts';

/** Another cluster for each test, because lists are kept. */
let ref = { organization: 'acme', cluster: 'demo' };
let tests = 0;
const podFields = objectFields<{ spec?: { nodeName?: string } }>({ spec: { nodeName: true } });

/** A cluster's API that serves one list, and records requests. */
class FakeCluster {
  readonly asked: { url: URL; accept: string; signal: AbortSignal }[] = [];
  pods: object[] = [];
  #changed = Promise.withResolvers<void>();
  #streams: ReadableStreamDefaultController<Uint8Array>[] = [];

  readonly fetch = async (input: string, init: RequestInit): Promise<Response> => {
    const url = new URL(input, 'https://gateway');
    const signal = init.signal ?? new AbortController().signal;
    this.asked.push({ url, accept: new Headers(init.headers).get('accept') ?? '', signal });
    this.#notify();
    if (!url.searchParams.has('watch')) {
      return Response.json({ kind: 'PodList', metadata: { resourceVersion: '10' }, items: this.pods });
    }
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        this.#streams.push(controller);
        signal.addEventListener('abort', () => controller.error(signal.reason));
      },
    });
    return new Response(body);
  };

  send(type: string, object: object): void {
    for (const stream of this.#streams)
      stream.enqueue(new TextEncoder().encode(`${JSON.stringify({ type, object })}\n`));
  }

  get watches() {
    return this.asked.filter(({ url }) => url.searchParams.has('watch'));
  }

  /** Checks the condition after each request until it is true. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await this.#changed.promise;
  }

  #notify(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}

const pod = (name: string, resourceVersion = '1') => ({
  metadata: { uid: name, name, namespace: 'shop', resourceVersion, managedFields: [{}] },
  spec: { nodeName: 'node-1', containers: [{}] },
});

describe('shared lists', () => {
  let cluster: FakeCluster;
  beforeEach(() => {
    ref = { organization: 'acme', cluster: `demo-${++tests}` };
    cluster = new FakeCluster();
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    vi.stubGlobal('fetch', cluster.fetch);
    vi.stubGlobal('document', { visibilityState: 'visible', addEventListener: () => undefined });
    vi.stubGlobal('requestAnimationFrame', (frame: () => void) => queueMicrotask(frame));
  });
  afterEach(async () => {
    await vi.runOnlyPendingTimersAsync();
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  const look = <T>(request: ListRequest<T>) => {
    const key = listKey(request);
    return { key, away: lookAt(key, request) };
  };
  const shown = async <T>(key: string, condition: (items: readonly T[]) => boolean) => {
    const list = sharedList<T>(key);
    if (list === undefined) throw new Error('no such list');
    await new Promise<void>((resolve) => {
      const check = () => condition(list.state.items) && resolve();
      list.subscribe(check);
      check();
    });
    return list.state;
  };

  it('requests a list once for all its users, and continues while one of them remains', async () => {
    const request = { ref, resource: knownKinds.pods, format: podFields };
    cluster.pods = [pod('a')];
    const [first, second] = [look(request), look({ ...request, namespaces: [] })];
    await cluster.until(() => cluster.watches.length === 1);
    expect(cluster.asked).toHaveLength(2);
    first.away();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(cluster.watches[0]?.signal.aborted).toBe(false);
    second.away();
    await vi.advanceTimersByTimeAsync(19_000);
    expect(cluster.watches[0]?.signal.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(cluster.watches[0]?.signal.aborted).toBe(true);
  });

  it('keeps what a user saw for when they return, and continues where it was without listing again', async () => {
    const request = { ref, resource: knownKinds.pods, format: podFields };
    cluster.pods = [pod('a')];
    const first = look(request);
    await cluster.until(() => cluster.watches.length === 1);
    cluster.send('ADDED', pod('b', '12'));
    await shown(first.key, (items) => items.length === 2);
    first.away();
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(cluster.asked).toHaveLength(2);
    const again = look(request);
    expect(sharedList(again.key)?.state.items).toHaveLength(2);
    await cluster.until(() => cluster.watches.length === 2);
    expect(cluster.asked).toHaveLength(3);
    expect(cluster.watches[1]?.url.searchParams.get('resourceVersion')).toBe('12');
    again.away();
  });

  it('shows what it kept, and since when it is old, to a user who returns while the gateway is away', async () => {
    const request = { ref, resource: knownKinds.pods, format: podFields };
    cluster.pods = [pod('a')];
    const first = look(request);
    await cluster.until(() => cluster.watches.length === 1);
    await shown(first.key, () => sharedList(first.key)?.state.freshness.state === 'live');
    first.away();
    await vi.advanceTimersByTimeAsync(21_000);
    const left = Date.now();
    vi.stubGlobal('fetch', async () => {
      throw new TypeError('Failed to fetch');
    });
    const again = look(request);
    const { items, freshness } = await shown(again.key, () => sharedList(again.key)?.state.freshness.state === 'stale');
    expect(items).toHaveLength(1);
    expect(freshness).toMatchObject({ state: 'stale' });
    expect('since' in freshness && Math.abs(freshness.since - left)).toBeLessThan(1_000);
    again.away();
  });

  it('is still there for a user who returns within twenty seconds', async () => {
    const request = { ref, resource: knownKinds.pods, format: podFields };
    cluster.pods = [pod('a')];
    const first = look(request);
    await cluster.until(() => cluster.watches.length === 1);
    first.away();
    await vi.advanceTimersByTimeAsync(15_000);
    const again = look(request);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(sharedList(again.key)?.state.items).toHaveLength(1);
    expect(cluster.asked).toHaveLength(2);
    again.away();
  });

  it('keeps only the fields of the format, from lists and from watches', async () => {
    cluster.pods = [pod('a')];
    const { key, away } = look({ ref, resource: knownKinds.pods, format: podFields });
    await cluster.until(() => cluster.watches.length === 1);
    cluster.send('MODIFIED', { ...pod('a', '11'), spec: { nodeName: 'node-2', containers: [] } });
    const { items } = await shown<unknown>(key, ([first]) => JSON.stringify(first ?? '').includes('node-2'));
    expect(items).toEqual([
      { metadata: { uid: 'a', name: 'a', namespace: 'shop', resourceVersion: '11' }, spec: { nodeName: 'node-2' } },
    ]);
    away();
  });

  it('requests metadata as a list, and as an object for a watch', async () => {
    const { away } = look({
      ref,
      resource: knownKinds.replicaSets,
      format: metadataFields({ creationTimestamp: true }),
    });
    await cluster.until(() => cluster.watches.length === 1);
    expect(cluster.asked.map(({ accept }) => accept.match(/as=(\w+)/)?.[1])).toEqual([
      'PartialObjectMetadataList',
      'PartialObjectMetadata',
    ]);
    away();
  });

  it('has another key for every different request', () => {
    const { pods, nodes } = knownKinds;
    const requests: ListRequest<never>[] = [
      { ref, resource: pods, format: tableRows as never },
      { ref, resource: pods, format: wholeObjects as never },
      { ref, resource: pods, format: podFields as never },
      { ref, resource: pods, format: objectFields({ status: true }) },
      { ref, resource: pods, format: metadataFields({}) },
      { ref, resource: nodes, format: tableRows as never },
      { ref: { ...ref, cluster: 'other' }, resource: pods, format: tableRows as never },
      { ref, resource: pods, format: tableRows as never, namespaces: ['a'] },
      { ref, resource: pods, format: tableRows as never, labelSelector: 'a=b' },
      { ref, resource: pods, format: tableRows as never, fieldSelector: 'a=b' },
      { ref, resource: pods, format: tableRows as never, narrows: true },
      { ref, resource: pods, format: tableRows as never, most: 7 },
    ];
    expect(new Set(requests.map(listKey)).size).toBe(requests.length);
  });
});
