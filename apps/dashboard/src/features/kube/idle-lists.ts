/** A list that nobody looks at, and how many items it holds. */
export interface IdleList {
  readonly size: () => number;
  /** Forgets its items. */
  readonly close: () => void;
}

export interface IdleBounds {
  readonly lists: number;
  /** Of all lists together. */
  readonly items: number;
}

/** Keeps what people have looked at, for when they return, within bounds: the one left longest ago is closed first. */
export class IdleLists {
  readonly #bounds: IdleBounds;
  readonly #kept = new Set<IdleList>();

  constructor(bounds: IdleBounds) {
    this.#bounds = bounds;
  }

  /** Keeps a list that somebody has left. @returns a function that takes it back. */
  keep(list: IdleList): () => void {
    this.#kept.add(list);
    let items = 0;
    for (const { size } of this.#kept) items += size();
    for (const oldest of [...this.#kept]) {
      if (this.#kept.size <= this.#bounds.lists && items <= this.#bounds.items) break;
      items -= oldest.size();
      this.#kept.delete(oldest);
      oldest.close();
    }
    return () => this.#kept.delete(list);
  }
}
