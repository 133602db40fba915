import { chordOf, type KeyPress } from '#components/keys/chord.ts';
import { type Action, type BoundAction, bindAction } from './action.ts';
import type { Rights } from './permission.ts';

/** The focus at the time of a key press. */
export interface PressContext {
  /** The focus is in a field, an editor or a terminal. */
  inField: boolean;
  /** A dialog or a menu covers the page, or is about to, so only its own keys apply. */
  covered: boolean;
}

interface Entry {
  keys: string | undefined;
  inFields: boolean;
  bind: () => BoundAction;
}

/** Maximum time between two chords of a sequence, in milliseconds. */
const SEQUENCE_MS = 1200;

/** The actions currently offered by the page. Of two with the same keys, the one registered last, by the inner view, wins. */
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

  /** Registers actions; `context` and `rights` are called whenever one is shown or run. @returns a function that unregisters them. */
  register<C>(actions: readonly Action<C>[], context: () => C, rights?: () => Rights | undefined): () => void {
    const added = actions.map((action) => ({
      keys: action.keys,
      inFields: action.inFields === true,
      bind: () => bindAction(action, context(), rights?.()),
    }));
    this.#set([...this.#entries, ...added]);
    return () => this.#set(this.#entries.filter((entry) => !added.some((one) => one === entry)));
  }

  /** Every available action once, in the order of registration. Keys used by another action are left out. */
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

  /** Has whoever shows the actions read them again, because rights have become known. */
  refresh(): void {
    this.#set(this.#entries);
  }

  /** Increases when actions are registered, unregistered or refreshed. */
  get version(): number {
    return this.#version;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Handles a key press. @returns true if it was a shortcut or part of one, so that the browser must not handle it too. */
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
