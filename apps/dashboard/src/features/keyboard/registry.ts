import { chordOf, type KeyPress } from '#components/keys/chord.ts';

export interface Shortcut {
  /** Chords separated by spaces: `mod+k`, `g p`, `?`. */
  keys: string;
  /** What it does, for the overlay of all shortcuts. */
  label: string;
  /** Heading in the overlay. */
  group: string;
  /** Also while typing in a field; only sensible with `mod`. */
  inFields?: boolean;
  run: () => void;
}

/** Where the press went, as far as shortcuts care. */
export interface PressContext {
  /** The focus is in a field, an editor or a terminal. */
  inField: boolean;
  /** A dialog covers the page; its own keys are the only ones. */
  covered: boolean;
}

/** Two chords of a sequence must follow within this many milliseconds. */
const SEQUENCE_MS = 1200;

/** All shortcuts of the page. Of two with the same keys the one registered last acts: the inner view wins. */
export class ShortcutRegistry {
  #shortcuts: readonly Shortcut[] = [];
  #listeners = new Set<() => void>();
  #pending = '';
  #pendingSince = 0;
  readonly #apple: boolean;
  readonly #clock: () => number;

  constructor(options: { apple: boolean; clock?: () => number }) {
    this.#apple = options.apple;
    this.#clock = options.clock ?? Date.now;
  }

  register(shortcut: Shortcut): () => void {
    this.#set([...this.#shortcuts, shortcut]);
    return () => this.#set(this.#shortcuts.filter((other) => other !== shortcut));
  }

  /** Every shortcut that can act now, first registered first. Stable between changes. */
  list(): readonly Shortcut[] {
    return this.#shortcuts;
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
    const candidates = this.#shortcuts.filter((shortcut) => !context.inField || shortcut.inFields);
    for (const typed of fresh ? [`${this.#pending} ${chord}`, chord] : [chord]) {
      const match = candidates.findLast((shortcut) => shortcut.keys === typed);
      if (match !== undefined) {
        this.#reset();
        match.run();
        return true;
      }
      if (candidates.some((shortcut) => shortcut.keys.startsWith(`${typed} `))) {
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

  #set(shortcuts: readonly Shortcut[]) {
    this.#shortcuts = shortcuts;
    for (const listener of this.#listeners) listener();
  }
}
