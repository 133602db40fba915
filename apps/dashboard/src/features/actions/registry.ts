import { chordOf, type KeyPress } from '#components/keys/chord.ts';
import { type Action, type BoundAction, bindAction } from './action.ts';

/** Where the press went, as far as shortcuts care. */
export interface PressContext {
  /** The focus is in a field, an editor or a terminal. */
  inField: boolean;
  /** A dialog covers the page; its own keys are the only ones. */
  covered: boolean;
}

interface Entry {
  keys: string | undefined;
  inFields: boolean;
  bind: () => BoundAction;
}

/** Two chords of a sequence must follow within this many milliseconds. */
const SEQUENCE_MS = 1200;

/** The actions that the page offers now. Of two with the same keys the one registered last acts: the inner view wins. */
export class ActionRegistry {
  #entries: readonly Entry[] = [];
  #listeners = new Set<() => void>();
  #version = 0;
  #pending = '';
  #pendingSince = 0;
  readonly #apple: boolean;
  readonly #clock: () => number;

  constructor(options: { apple: boolean; clock?: () => number }) {
    this.#apple = options.apple;
    this.#clock = options.clock ?? Date.now;
  }

  /** Offers actions; `context` is asked anew whenever one is shown or done. Answers a way to take them back. */
  register<C>(actions: readonly Action<C>[], context: () => C): () => void {
    const added = actions.map((action) => ({
      keys: action.keys,
      inFields: action.inFields === true,
      bind: () => bindAction(action, context()),
    }));
    this.#set([...this.#entries, ...added]);
    return () => this.#set(this.#entries.filter((entry) => !added.some((one) => one === entry)));
  }

  /** Every action that can be done now, first registered first, once each. Keys that another one takes are left out. */
  list(): BoundAction[] {
    const ids = new Set<string>();
    const taken = new Set<string>();
    const found: BoundAction[] = [];
    for (const { bind } of this.#entries.toReversed()) {
      const { keys, ...action } = bind();
      if (!action.enabled || ids.has(action.id)) continue;
      ids.add(action.id);
      found.push(keys === undefined || taken.has(keys) ? action : { ...action, keys });
      if (keys !== undefined) taken.add(keys);
    }
    return found.reverse();
  }

  /** Rises when actions come or go. */
  get version(): number {
    return this.#version;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Acts on a key press. True: it was a shortcut or part of one, and the browser must not act on it too. */
  press(press: KeyPress, context: PressContext): boolean {
    if (['Shift', 'Control', 'Alt', 'Meta'].includes(press.key)) return false;
    if (context.covered) return this.#reset();
    const chord = chordOf(press, this.#apple);
    const fresh = this.#pending !== '' && this.#clock() - this.#pendingSince <= SEQUENCE_MS;
    const candidates = this.#entries.flatMap(({ keys, inFields, bind }) => {
      if (keys === undefined || (context.inField && !inFields)) return [];
      const action = bind();
      return action.enabled ? { keys, run: action.run } : [];
    });
    for (const typed of fresh ? [`${this.#pending} ${chord}`, chord] : [chord]) {
      const match = candidates.findLast(({ keys }) => keys === typed);
      if (match !== undefined) {
        this.#reset();
        match.run();
        return true;
      }
      if (candidates.some(({ keys }) => keys.startsWith(`${typed} `))) {
        this.#pending = typed;
        this.#pendingSince = this.#clock();
        return true;
      }
    }
    return this.#reset();
  }

  #reset(): false {
    this.#pending = '';
    return false;
  }

  #set(entries: readonly Entry[]) {
    this.#entries = entries;
    this.#version++;
    for (const listener of this.#listeners) listener();
  }
}
