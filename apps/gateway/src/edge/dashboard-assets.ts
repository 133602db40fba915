import { LRUCache } from 'lru-cache';
import type { UpstreamAnswer } from './dashboard-upstream.ts';
import { StaticAnswer } from './static-answer.ts';

/** All assets of a build are some 5 MB, their compressed forms 2 MB. */
const maxBytes = 64 * 1024 * 1024;

/** Files of the dashboard's build: named by their content, so that they never change. */
const assetPath = /^\/_next\/static\/[\w.\-~/@+()[\]%]+$/;

/** The path of an immutable asset without its query, which says nothing there; undefined for any other target. */
export function assetOf(target: string): string | undefined {
  const path = target.split('?', 1)[0] ?? '';
  return assetPath.test(path) && !path.includes('..') && !path.includes('%2e') ? path : undefined;
}

/** Keeps the assets of the dashboard's build in memory: asked for once, whoever and however many want them. */
export class DashboardAssets {
  readonly #fetch: (path: string, client: string) => Promise<UpstreamAnswer>;
  readonly #kept = new LRUCache<string, StaticAnswer>({
    maxSize: maxBytes,
    // With its brotli and gzip forms.
    sizeCalculation: (answer) => answer.body.byteLength * 2 + 1_024,
  });
  readonly #coming = new Map<string, Promise<UpstreamAnswer | StaticAnswer>>();

  /** @param fetch asks the dashboard's process for the plain form of a path. */
  constructor(fetch: (path: string, client: string) => Promise<UpstreamAnswer>) {
    this.#fetch = fetch;
  }

  /**
   * The asset; what the dashboard said instead when it is none that may be kept.
   * @param client the network address on whose behalf it is asked for, if it is not kept yet.
   * @throws as `fetch` does.
   */
  async get(path: string, client: string): Promise<UpstreamAnswer | StaticAnswer> {
    const kept = this.#kept.get(path);
    if (kept !== undefined) return kept;
    const coming = this.#coming.get(path) ?? this.#ask(path, client);
    this.#coming.set(path, coming);
    return coming;
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
      return asset;
    } finally {
      this.#coming.delete(path);
    }
  }
}
