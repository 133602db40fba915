import { type Freshness, worstOf } from './freshness.ts';
import type { Source } from './list-watch.ts';
import { ListWatch, type Surroundings } from './list-watch.ts';
import { RowStore, type Rows, type Schedule } from './row-store.ts';
import type { Column, Row } from './table-rows.ts';

/** Above so many namespaces the whole cluster is watched and filtered: one watch instead of many. */
const MOST_NAMESPACES = 8;

export interface TableState extends Rows {
  freshness: Freshness;
  /**
   * Set when the whole cluster is forbidden and single namespaces are shown instead: what is missing in the server's words,
   * and where rows come from.
   */
  narrowed: { message: string; namespaces: readonly string[] } | undefined;
}

export interface KubeTableOptions {
  /** Rows of one namespace, or of all (''). */
  source: (namespace: string, onColumns: (columns: readonly Column[]) => void) => Source<Row>;
  /** Empty: the whole cluster. */
  namespaces: readonly string[];
  /** False for kinds without namespaces: nothing to fall back to. */
  namespaced: boolean;
  /** Where to look when the whole cluster is forbidden. */
  fallback: () => Promise<readonly string[]>;
  around: Surroundings;
  schedule: Schedule;
}

interface Feed {
  watch: ListWatch<Row>;
  freshness: Freshness;
}

const LOADING: Freshness = { state: 'loading', loaded: 0, remaining: undefined };

/** The live rows of a kind in the whole cluster or in some namespaces, from one watch or several. */
export class KubeTable {
  readonly #options: KubeTableOptions;
  readonly #store: RowStore;
  readonly #feeds = new Map<string, Feed>();
  readonly #listeners = new Set<() => void>();
  #state: TableState;
  #narrowed: { message: string; candidates: string[] } | undefined;

  constructor(options: KubeTableOptions) {
    this.#options = options;
    this.#store = new RowStore({ schedule: options.schedule, onCommit: () => this.#publish() });
    this.#state = { ...this.#store.snapshot, freshness: LOADING, narrowed: undefined };
  }

  get state(): TableState {
    return this.#state;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  start(): void {
    const { namespaces, namespaced } = this.#options;
    if (!namespaced || namespaces.length === 0 || namespaces.length > MOST_NAMESPACES) this.#open('');
    else for (const namespace of namespaces) this.#open(namespace);
  }

  stop(): void {
    for (const { watch } of this.#feeds.values()) watch.stop();
    this.#feeds.clear();
  }

  /** Does not wait for the next attempt. */
  retry(): void {
    for (const { watch } of this.#feeds.values()) watch.retry();
  }

  #open(namespace: string): void {
    const { source, around } = this.#options;
    const feed: Feed = {
      freshness: LOADING,
      watch: new ListWatch({
        source: source(namespace, (columns) => this.#store.setColumns(columns)),
        sink: {
          put: (rows, how) => this.#store.put(rows, how),
          remove: (keys) => this.#store.remove(keys),
          freshness: (freshness) => {
            if (this.#feeds.get(namespace) !== feed) return;
            feed.freshness = freshness;
            if (freshness.state === 'denied') void this.#denied(namespace, freshness.message);
            this.#publish();
          },
        },
        around,
      }),
    };
    this.#feeds.set(namespace, feed);
    void feed.watch.run();
  }

  /** The whole cluster is forbidden: try the namespaces that are known. One of those is: try the next. */
  async #denied(namespace: string, message: string): Promise<void> {
    if (!this.#options.namespaced) return;
    if (this.#narrowed !== undefined) {
      if (namespace !== '' && this.#feeds.size > 1) this.#close(namespace);
      this.#fill();
      return;
    }
    if (namespace !== '') return;
    const { namespaces, fallback } = this.#options;
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

  #publish(): void {
    const feeds = [...this.#feeds].map(([namespace, { freshness }]) => ({ namespace, freshness }));
    const allowed = feeds.filter(({ freshness }) => freshness.state !== 'denied');
    // One namespace that is forbidden among others says less than those that are there.
    const speaking = allowed.length > 0 ? allowed : feeds;
    this.#state = {
      ...this.#store.snapshot,
      freshness: worstOf(speaking.map(({ freshness }) => freshness)) ?? LOADING,
      narrowed: this.#narrowedState(feeds, allowed),
    };
    for (const listener of this.#listeners) listener();
  }

  #narrowedState(feeds: Named[], allowed: Named[]): TableState['narrowed'] {
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
