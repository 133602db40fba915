import type { TerminalMode, TerminalReset, TerminalViewer } from '@postern/contracts';
import type { Ending } from '../ending.ts';
import type { TerminalSize } from '../exec-sender.ts';
import type { HeldOutput } from './held-output.ts';
import { ViewWindow } from './view-window.ts';

/** The largest piece of output, in bytes. */
const largestPiece = 32 * 1024;

/** Output that was not drawn yet, in bytes: above this, a program is writing, and not only echoing. */
const flood = 16 * 1024;

/** What the page of a view is told, in the order of the output. */
export interface ViewEvents {
  onReset(reset: Omit<TerminalReset, 'terminal'>): void;
  onOutput(position: number, data: Buffer): void;
  /** @param isOwn whether this view chose the size. */
  onSize(size: TerminalSize, isOwn: boolean): void;
  onViewers(viewers: TerminalViewer[]): void;
  /** The view has ended, the terminal has not. The last event. */
  onDetached(message: string): void;
  /** The last event. */
  onEnded(ending: Ending): void;
}

export interface TerminalViewOptions {
  /** Of this view among those of its terminal. */
  key: string;
  person: { userId: string; username: string };
  mode: TerminalMode;
  size: TerminalSize;
  output: HeldOutput;
  /** The output that the view has; null if none. */
  position: number | null;
  events: ViewEvents;
  /** The view has drawn more, or has got its last event. */
  onProgress(): void;
  /** The view is over; called once. */
  onOver(): void;
}

/** One page's view of a terminal: where it is in the output, and what it gets next. */
export class TerminalView {
  readonly key: string;
  readonly person: { userId: string; username: string };
  readonly events: ViewEvents;
  readonly since = new Date();
  mode: TerminalMode;
  size: TerminalSize;
  readonly #output: HeldOutput;
  readonly #onProgress: () => void;
  readonly #onOver: () => void;
  readonly #window = new ViewWindow();
  #sent: number;
  #drawn: number;
  /** The length of the last reset, until it is drawn. */
  #owed = 0;
  /** The number of the next size in the output. */
  #nextSize: number;
  #isCongested = false;
  /** A view begins paused: its page must know of it before its output comes. */
  #isPaused = true;
  #isResetting = false;
  #isOver = false;
  #ending: Ending | undefined;

  constructor({ key, person, mode, size, output, position, events, onProgress, onOver }: TerminalViewOptions) {
    this.key = key;
    this.person = person;
    this.mode = mode;
    this.size = size;
    this.events = events;
    this.#output = output;
    this.#onProgress = onProgress;
    this.#onOver = onOver;
    // A position beyond the output is no position of this terminal.
    const known = position !== null && position <= output.to ? position : -1;
    this.#sent = known;
    this.#drawn = Math.max(known, 0);
    this.#nextSize = output.sizeAt(this.#drawn);
  }

  /** Whether it is the view of this person with this id. */
  isOf(viewer: string): boolean {
    return this.key === viewKey(this.person.userId, viewer);
  }

  /** How far it is behind the newest output, in bytes. */
  get behind(): number {
    return this.#output.to - this.#drawn;
  }

  /** Whether the process writes more than the echo of keys while this view draws. */
  get isFlooded(): boolean {
    return this.behind >= flood;
  }

  /** Whether it got its last event. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** @param position drawn so far. One below an earlier one or above what was sent is ignored. */
  acknowledge(position: number): void {
    if (position < this.#drawn || position > this.#sent) return;
    this.#drawn = position;
    this.#owed = 0;
    this.#window.drawn(position);
    this.pump();
    this.#onProgress();
  }

  /** Whether the connection itself is backed up: a browser gains nothing by acknowledging without reading. */
  congested(isCongested: boolean): void {
    this.#isCongested = isCongested;
    this.pump();
  }

  /** Stops the output to this view. */
  pause(): void {
    this.#isPaused = true;
  }

  /** Goes on after a pause. */
  goOn(): void {
    this.#isPaused = false;
    this.pump();
    this.#onProgress();
  }

  /** Goes on after a pause: at the end of the output, if that is far. */
  async goOnAtEnd(): Promise<void> {
    // A view that is out of the ring gets the newest screen anyway.
    const skip = this.#sent < 0 ? undefined : await this.#output.skip(this.#sent).catch(() => undefined);
    if (skip !== undefined && !this.#isOver) {
      const { to: position, draw: data, skipped } = skip;
      this.#reset({ position, clear: null, data, skipped });
    }
    this.goOn();
  }

  /** Sends what the view may have now. */
  pump(): void {
    const output = this.#output;
    while (!this.#isOver && !this.#isPaused && !this.#isResetting && !this.#isCongested) {
      if (this.#sent < output.from) {
        // What it was sent before comes first, or a view that never draws would be sent one screen after the other.
        if (this.#sent > this.#drawn || this.#owed > 0) return;
        this.#isResetting = true;
        void this.#catchUp();
        return;
      }
      this.#sendSize(this.#sent);
      const untilSize = (output.size(this.#nextSize)?.position ?? Number.POSITIVE_INFINITY) - this.#sent;
      const room = Math.min(largestPiece, this.#window.bytes - this.#owed - (this.#sent - this.#drawn), untilSize);
      if (room <= 0) return;
      const data = output.read(this.#sent, room);
      if (data.byteLength === 0) {
        this.#finishIfDone();
        return;
      }
      const position = this.#sent;
      this.#sent += data.byteLength;
      this.#window.sent(this.#sent);
      this.events.onOutput(position, data);
    }
  }

  /** The terminal has ended; the view is told after the last of its output. */
  finish(ending: Ending): void {
    this.#ending = ending;
    this.pump();
  }

  /** The terminal has ended; the view is told at once. */
  end(ending: Ending): void {
    if (!this.#close()) return;
    this.events.onEnded(ending);
    this.#onProgress();
  }

  /** Ends the view only. */
  detach(message: string): void {
    if (this.#close()) this.events.onDetached(message);
  }

  /** Ends the view without a word: its page has gone, or has another view now. */
  drop(): void {
    this.#close();
  }

  #close(): boolean {
    if (this.#isOver) return false;
    this.#isOver = true;
    this.#onOver();
    return true;
  }

  #finishIfDone(): void {
    if (this.#ending !== undefined) this.end(this.#ending);
  }

  /** The output that comes next is not kept any more, or nothing was drawn yet: the screen as it is takes its place. */
  async #catchUp(): Promise<void> {
    // Rejects only if the terminal has been forgotten.
    const snapshot = await this.#output.snapshot().catch(() => undefined);
    this.#isResetting = false;
    if (this.#isOver || snapshot === undefined) return;
    const { position, size, data, nextSize } = snapshot;
    this.#nextSize = nextSize;
    this.#reset({ position, clear: size, data, skipped: 0 });
    this.pump();
    this.#onProgress();
  }

  #reset(reset: Omit<TerminalReset, 'terminal'>): void {
    this.#sent = reset.position;
    this.#drawn = reset.position;
    this.#window.forget();
    this.#owed = reset.data.length;
    this.#sendSize(reset.position);
    this.events.onReset(reset);
  }

  /** Sends the size that holds at a position, if the view does not have it. */
  #sendSize(position: number): void {
    const number = this.#output.sizeAt(position);
    const placed = this.#output.size(number);
    if (number < this.#nextSize || placed === undefined) return;
    this.#nextSize = number + 1;
    this.events.onSize(placed.size, placed.by === this.key);
  }
}

/** A view's id is unique only among those of one person: the page chooses it. */
export function viewKey(userId: string, viewer: string): string {
  return `${userId} ${viewer}`;
}
