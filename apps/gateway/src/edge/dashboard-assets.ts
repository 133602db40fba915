import { LRUCache } from 'lru-cache';
import type { UpstreamAnswer } from './dashboard-upstream.ts';
import { StaticAnswer } from './static-answer.ts';

/** All assets of a build are about 5 MB, and 2 MB compressed. */
const maxBytes = 64 * 1024 * 1024;

/** Files of the dashboard's build, which are named by their content and so never change. */
const assetPath = /^\/_next\/static\/[\w.\-~/@+()[\]%]+$/;

/** The path of an immutable asset without its query, which has no meaning there; undefined for any other target. */
export function assetOf(target: string): string | undefined {
  const path = target.split('?', 1)[0] ?? '';
  return assetPath.test(path) && !path.includes('..') && !/%2e/i.test(path) ? path : undefined;
}

/** Caches the assets of the dashboard's build in memory; each is fetched once, however many clients request it. */
export class DashboardAssets {
  readonly #fetch: (path: string, client: string) => Promise<UpstreamAnswer>;
  readonly #kept = new LRUCache<string, StaticAnswer>({
    maxSize: maxBytes,
    // Includes its brotli and gzip forms.
    sizeCalculation: (answer) => answer.body.byteLength * 2 + 1_024,
  });
  readonly #quietMs: number;
  readonly #unimproved: StaticAnswer[] = [];
  readonly #coming = new Map<string, Promise<UpstreamAnswer | StaticAnswer>>();

  /**
   * @param fetch requests the uncompressed form of a path from the dashboard's process.
   * @param quietMs how long to wait before the best compression: somebody is loading the first page.
   */
  constructor(fetch: (path: string, client: string) => Promise<UpstreamAnswer>, quietMs = 10_000) {
    this.#fetch = fetch;
    this.#quietMs = quietMs;
  }

  /**
   * The asset, or the dashboard's response if that cannot be cached.
   * @param client the network address on whose behalf it is fetched, if it is not cached yet.
   * @throws as `fetch` does.
   */
  async get(path: string, client: string): Promise<UpstreamAnswer | StaticAnswer> {
    const kept = this.#kept.get(path);
    if (kept !== undefined) return kept;
    const coming = this.#coming.get(path) ?? this.#ask(path, client);
    this.#coming.set(path, coming);
    return coming;
  }

  /** Improves one asset after the other, so that it takes one thread and never all. */
  #improveLater(asset: StaticAnswer): void {
    this.#unimproved.push(asset);
    if (this.#unimproved.length > 1) return;
    setTimeout(() => void this.#improve(), this.#quietMs).unref();
  }

  async #improve(): Promise<void> {
    for (let asset = this.#unimproved[0]; asset !== undefined; asset = this.#unimproved[0]) {
      await asset.improve();
      this.#unimproved.shift();
    }
  }

  async #ask(path: string, client: string): Promise<UpstreamAnswer | StaticAnswer> {
    try {
      const answer = await this.#fetch(path, client);
      const { 'cache-control': cacheControl = '', 'content-type': type = 'application/octet-stream' } = answer.headers;
      const mayKeep =
        answer.status === 200 && cacheControl.includes('immutable') && answer.headers['content-encoding'] === undefined;
      if (!mayKeep) return answer;
      const asset = new StaticAnswer(answer.body, { 'content-type': type, 'cache-control': cacheControl });
      this.#kept.set(path, asset);
      this.#improveLater(asset);
      return asset;
    } finally {
      this.#coming.delete(path);
    }
  }
}
