import { type Freshness, worstOf } from '#features/freshness/freshness.ts';
import type { ListFormat } from './list-format.ts';
import { ListWatch, type Source, type Surroundings } from './list-watch.ts';
import { LiveStore, type Schedule, type Snapshot } from './live-store.ts';
import type { Column } from './table-rows.ts';

/** With more namespaces than this, the whole cluster is watched and filtered, with one watch instead of many. */
export const MOST_NAMESPACES = 8;

export interface LiveListState<T> extends Snapshot<T> {
  freshness: Freshness;
  /** Whether the list has been loaded completely: `items` are not only its first pages, but all, unless `truncated`. */
  loaded: boolean;
  /** Whether there are more objects than requested. */
  truncated: boolean;
  /**
   * Set if the person may not list the whole cluster and single namespaces are shown instead: the server's message, and the
   * namespaces.
   */
  narrowed: { message: string; namespaces: readonly string[] } | undefined;
}

export interface LiveListOptions<T> {
  format: Pick<ListFormat<T>, 'key' | 'version' | 'replace'>;
  /** A source of the items of one namespace, or of all (''). */
  source: (namespace: string, onColumns: (columns: readonly Column[]) => void) => Source<T>;
  /** Empty for the whole cluster. */
  namespaces: readonly string[];
  /** The namespaces to try if the person may not list the whole cluster; if undefined, none. */
  fallback: (() => Promise<readonly string[]>) | undefined;
  /** Maximum number of items per namespace, or for the whole cluster; default: no limit. */
  most?: number | undefined;
  around: Surroundings;
  schedule: Schedule;
}

interface Feed<T> {
  watch: ListWatch<T>;
  freshness: Freshness;
  listed: { truncated: boolean } | undefined;
}

export const LOADING: Freshness = { state: 'loading', loaded: 0, remaining: undefined };

/** The live objects of a kind in the whole cluster or in some namespaces, from one watch or several. */
export class LiveList<T> {
  readonly #options: LiveListOptions<T>;
  readonly #store: LiveStore<T>;
  readonly #feeds = new Map<string, Feed<T>>();
  readonly #listeners = new Set<() => void>();
  #state: LiveListState<T>;
  #narrowed: { message: string; candidates: string[] } | undefined;

  constructor(options: LiveListOptions<T>) {
    this.#options = options;
    const { key, version, replace } = options.format;
    const onCommit = () => this.#publish();
    this.#store = new LiveStore({ key, version, replace, schedule: options.schedule, onCommit });
    this.#state = { ...this.#store.snapshot, freshness: LOADING, loaded: false, truncated: false, narrowed: undefined };
  }

  get state(): LiveListState<T> {
    return this.#state;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  start(): void {
    const { namespaces } = this.#options;
    if (namespaces.length === 0 || namespaces.length > MOST_NAMESPACES) this.#open('');
    else for (const namespace of namespaces) this.#open(namespace);
  }

  stop(): void {
    for (const { watch } of this.#feeds.values()) watch.stop();
    this.#feeds.clear();
  }

  /** Retries now instead of waiting. */
  retry(): void {
    for (const { watch } of this.#feeds.values()) watch.retry();
  }

  #open(namespace: string): void {
    const { source, around, most } = this.#options;
    const feed: Feed<T> = {
      freshness: LOADING,
      listed: undefined,
      watch: new ListWatch({
        source: source(namespace, (columns) => this.#store.setColumns(columns)),
        sink: {
          put: (items, how) => this.#store.put(items, how),
          remove: (keys) => this.#store.remove(keys),
          listed: (how) => {
            feed.listed = how;
            this.#publishAll();
          },
          freshness: (freshness) => {
            if (this.#feeds.get(namespace) !== feed) return;
            feed.freshness = freshness;
            if (freshness.state === 'denied') void this.#denied(namespace, freshness.message);
            // Progress appears with the rows; on its own, it would render the whole list for every page.
            if (freshness.state === 'loading' || freshness.state === 'catching-up') this.#publishWithItems();
            else this.#publishAll();
          },
        },
        around,
        most,
      }),
    };
    this.#feeds.set(namespace, feed);
    void feed.watch.run();
  }

  /** After a denied list of the whole cluster, tries the known namespaces; after a denied namespace, the next one. */
  async #denied(namespace: string, message: string): Promise<void> {
    const { namespaces, fallback } = this.#options;
    if (fallback === undefined) return;
    if (this.#narrowed !== undefined) {
      if (namespace !== '' && this.#feeds.size > 1) this.#close(namespace);
      this.#fill();
      return;
    }
    if (namespace !== '') return;
    const candidates = namespaces.length > 0 ? [...namespaces] : [...(await fallback())];
    if (candidates.length === 0 || !this.#feeds.has('')) return;
    this.#close('');
    this.#narrowed = { message, candidates };
    this.#fill();
    this.#publish();
  }

  #fill(): void {
    const candidates = this.#narrowed?.candidates ?? [];
    while (this.#feeds.size < MOST_NAMESPACES && candidates.length > 0) this.#open(candidates.shift() ?? '');
  }

  #close(namespace: string): void {
    this.#feeds.get(namespace)?.watch.stop();
    this.#feeds.delete(namespace);
  }

  /** With the next commit, if one is due. */
  #publishWithItems(): void {
    if (!this.#store.isPending) this.#publish();
  }

  /** Freshness must not be published before the items: "live" without items would mean that there are none. */
  #publishAll(): void {
    if (!this.#store.flush()) this.#publish();
  }

  #publish(): void {
    const feeds = [...this.#feeds].map(([namespace, { freshness, listed }]) => ({ namespace, freshness, listed }));
    const allowed = feeds.filter(({ freshness }) => freshness.state !== 'denied');
    // A denied namespace matters less than the others, if there are any.
    const speaking = allowed.length > 0 ? allowed : feeds;
    this.#state = {
      ...this.#store.snapshot,
      freshness: worstOf(speaking.map(({ freshness }) => freshness)) ?? LOADING,
      loaded: speaking.length > 0 && speaking.every(({ listed }) => listed !== undefined),
      truncated: speaking.some(({ listed }) => listed?.truncated === true),
      narrowed: this.#narrowedState(feeds, allowed),
    };
    for (const listener of this.#listeners) listener();
  }

  #narrowedState(feeds: Named[], allowed: Named[]): LiveListState<T>['narrowed'] {
    const namespaces = allowed.map(({ namespace }) => namespace);
    if (this.#narrowed !== undefined) return { message: this.#narrowed.message, namespaces };
    const denied = feeds.find(({ freshness }) => freshness.state === 'denied');
    if (denied?.freshness.state !== 'denied' || allowed.length === 0) return undefined;
    return { message: denied.freshness.message, namespaces };
  }
}

interface Named {
  namespace: string;
  freshness: Freshness;
}
