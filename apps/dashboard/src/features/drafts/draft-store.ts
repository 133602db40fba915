/** Text that somebody was editing. */
export interface Draft {
  text: string;
  /** The object when editing began; undefined for a new one. */
  base?: Record<string, unknown> | undefined;
  /** When it was last changed, in milliseconds since 1970. */
  at: number;
}

/** Where drafts outlive the page. */
export interface DraftStorage {
  keys: () => string[];
  read: (key: string) => string | null;
  /** Stores a text, or removes it (null). It may fail without saying so. */
  write: (key: string, text: string | null) => void;
}

/** Why a draft is lost with its page: it contains secret data, it is too large, or the browser refused to store it. */
export type Unstored = 'secret' | 'large' | 'refused';

export const limits = {
  /** Drafts per browser. */
  count: 20,
  /** Characters of one draft, with the object that it began with. */
  length: 256 * 1024,
  /** Characters of all drafts; browsers store about five million per site. */
  total: 1024 * 1024,
  /** Milliseconds since the last change. */
  age: 7 * 24 * 60 * 60 * 1000,
} as const;

/** How long typing must pause before a draft is stored, in milliseconds; `flush` stores it at once. */
const PAUSE_MS = 400;

interface Held {
  draft: Draft;
  secret: boolean;
}

/**
 * Drafts by key. Everything is held in memory at once, and stored a moment later unless it is secret. The number and the size
 * of stored drafts are bounded, the oldest give way, and after seven days they are forgotten.
 */
export class DraftStore {
  readonly #storage: DraftStorage;
  readonly #now: () => number;
  readonly #held = new Map<string, Held>();
  readonly #unstored = new Map<string, Unstored>();
  readonly #waiting = new Set<string>();
  readonly #listeners = new Set<() => void>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #version = 0;

  constructor(storage: DraftStorage, now: () => number = Date.now) {
    this.#storage = storage;
    this.#now = now;
  }

  get(key: string): Draft | undefined {
    return this.#held.get(key)?.draft ?? this.#stored(key);
  }

  /** Keeps a draft. `secret`: only in memory; what was stored before is removed. */
  put(key: string, draft: Omit<Draft, 'at'>, { secret }: { secret: boolean }): void {
    this.#held.set(key, { draft: { ...draft, at: this.#now() }, secret });
    if (secret) {
      this.#waiting.delete(key);
      this.#storage.write(key, null);
      this.#unstored.set(key, 'secret');
    } else {
      if (this.#unstored.get(key) === 'secret') this.#unstored.delete(key);
      this.#waiting.add(key);
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.flush(), PAUSE_MS);
    }
    this.#changed();
  }

  remove(key: string): void {
    this.#held.delete(key);
    this.#unstored.delete(key);
    this.#waiting.delete(key);
    this.#storage.write(key, null);
    this.#changed();
  }

  /** Stores what has not been stored yet; for a page that is about to be left. */
  flush(): void {
    clearTimeout(this.#timer);
    if (this.#waiting.size === 0) return;
    for (const key of this.#waiting) this.#store(key);
    this.#waiting.clear();
    this.#changed();
  }

  /** Another tab has changed the stored draft. */
  noticeStored(key: string): void {
    if (this.#waiting.has(key) || this.#unstored.has(key)) return;
    this.#held.delete(key);
    this.#changed();
  }

  /** Why a draft would be lost with this page; undefined if it would not. */
  unstored(key: string): Unstored | undefined {
    return this.#unstored.get(key);
  }

  /** Whether any draft would be lost with this page. */
  get volatile(): boolean {
    return this.#unstored.size > 0;
  }

  /** Increases with every change. */
  get version(): number {
    return this.#version;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #changed(): void {
    this.#version++;
    for (const listener of this.#listeners) listener();
  }

  #store(key: string): void {
    const draft = this.#held.get(key)?.draft;
    if (draft === undefined) return;
    const { at, ...rest } = draft;
    const written = `${at} ${JSON.stringify(rest)}`;
    if (written.length > limits.length) {
      // An older version would look like the latest.
      this.#storage.write(key, null);
      this.#unstored.set(key, 'large');
      return;
    }
    this.#makeRoom(key, written.length);
    this.#storage.write(key, written);
    if (this.#storage.read(key) === written) this.#unstored.delete(key);
    else this.#unstored.set(key, 'refused');
  }

  /** Removes expired and unreadable drafts, and then the oldest until another fits. */
  #makeRoom(key: string, length: number): void {
    const others = this.#storage
      .keys()
      .filter((other) => other !== key)
      .map((other) => {
        const written = this.#storage.read(other) ?? '';
        return { key: other, length: written.length, at: timeOf(written) };
      })
      .sort((a, b) => b.at - a.at);
    let [count, total] = [1, length];
    for (const other of others) {
      count++;
      total += other.length;
      if (!this.#isFresh(other.at) || count > limits.count || total > limits.total)
        this.#storage.write(other.key, null);
    }
  }

  #stored(key: string): Draft | undefined {
    const written = this.#storage.read(key);
    if (written === null) return undefined;
    const at = timeOf(written);
    const draft = this.#isFresh(at) ? parse(written) : undefined;
    if (draft === undefined) this.#storage.write(key, null);
    return draft && { ...draft, at };
  }

  #isFresh(at: number): boolean {
    return this.#now() - at < limits.age;
  }
}

const timeOf = (written: string): number => Number.parseInt(written, 10) || 0;

function parse(written: string): Omit<Draft, 'at'> | undefined {
  try {
    const { text, base }: { text?: unknown; base?: unknown } = JSON.parse(written.slice(written.indexOf(' ') + 1));
    if (typeof text !== 'string') return undefined;
    return typeof base === 'object' && base !== null ? { text, base: base as Record<string, unknown> } : { text };
  } catch {
    return undefined;
  }
}
