import type {
  HeldTerminal as HeldTerminalView,
  TerminalMode,
  TerminalSharing,
  TerminalViewer,
} from '@postern/contracts';
import { type Ending, failed } from '../ending.ts';
import type { TerminalSize } from '../exec-sender.ts';
import type { Terminal } from '../terminal.ts';
import { HeldOutput } from './held-output.ts';
import { commands, Interrupt, interrupts } from './interrupt.ts';
import { Pace } from './pace.ts';
import { TerminalView, type ViewEvents, viewKey } from './terminal-view.ts';
import { TypedInput } from './typed-input.ts';

/** Most views whose input is remembered after they have gone. */
const maxRemembered = 64;

/** Where a terminal runs, for people. */
export interface TerminalPlace {
  organization: string;
  cluster: string;
  namespace: string;
  pod: string;
}

export interface HeldTerminalOptions {
  terminal: Terminal;
  place: TerminalPlace;
  /** The tenant. */
  organizationId: string;
  owner: { userId: string; username: string };
  size: TerminalSize;
  /** How long it goes on without a view, in milliseconds. */
  graceMs: number;
  /** An error of ours, which must only end this terminal. */
  onError(error: unknown): void;
  /** Who views it, how it is shared, or whether it runs has changed. */
  onChanged(): void;
  /** Its shell has ended and its last output has been seen, or nobody came to see it: forget it. */
  onOver(): void;
}

/** A view that asks to begin. */
export interface ViewRequest {
  viewer: string;
  person: { userId: string; username: string };
  mode: TerminalMode;
  size: TerminalSize;
  position: number | null;
  events: ViewEvents;
  /** The view is over; called once. */
  onOver(): void;
}

/** A terminal, its output, and those who view it. */
export class HeldTerminal {
  readonly id: string;
  readonly place: TerminalPlace;
  readonly organizationId: string;
  readonly owner: { userId: string; username: string };
  readonly #options: HeldTerminalOptions;
  readonly #terminal: Terminal;
  readonly #output: HeldOutput;
  readonly #pace: Pace;
  readonly #interrupt: Interrupt;
  readonly #startedAt = new Date();
  /** In the order in which they began. */
  #views: TerminalView[] = [];
  readonly #typed = new Map<string, TypedInput>();
  #sharing: TerminalSharing = 'nobody';
  #ended: Ending | null = null;
  #grace: { timer: NodeJS.Timeout; endsAt: Date } | undefined;
  #isOver = false;

  constructor(options: HeldTerminalOptions) {
    this.#options = options;
    this.#terminal = options.terminal;
    this.id = options.terminal.id;
    this.place = options.place;
    this.organizationId = options.organizationId;
    this.owner = options.owner;
    this.#pace = new Pace({ hold: () => this.#terminal.hold(), release: () => this.#terminal.release() });
    this.#output = new HeldOutput(options.size, {
      onCongested: (isCongested) => this.#pace.congested(isCongested),
      onError: (error) => {
        options.onError(error);
        this.end(failed('Postern could not keep the output of this terminal, so it was ended. Open it again.'));
      },
    });
    this.#interrupt = new Interrupt(() => this.#afterInterrupt());
    this.#leaveAlone();
  }

  get sharing(): TerminalSharing {
    return this.#sharing;
  }

  /** How many bytes the shell has written. */
  get written(): number {
    return this.#output.to;
  }

  /** Takes the output of the shell. */
  write(data: Buffer): void {
    this.#output.append(data);
    this.#pace.output(data.byteLength);
    if (this.#interrupt.isActive) this.#interrupt.output(data);
    else if (this.#interrupt.isRecent && this.#views.some((view) => view.isFlooded)) this.#skipAhead();
    else for (const view of this.#views) view.pump();
    this.#repace();
  }

  /** The shell has ended. Those who view it are told: after the last of the output if it ended by itself, otherwise at once. */
  finish(ending: Ending): void {
    if (this.#ended !== null) return;
    this.#ended = ending;
    this.#pace.stop();
    if (ending.code === 'revoked' || ending.code === 'closed') {
      // Nobody needs to come back to see that.
      this.forget();
      return;
    }
    for (const view of this.#views) view.finish(ending);
    if (this.#interrupt.isActive) {
      this.#interrupt.stop();
      this.#afterInterrupt();
    }
    this.#options.onChanged();
    this.#forgetIfSeen();
  }

  /** Ends the shell. */
  end(ending: Ending): void {
    this.#terminal.end(ending);
  }

  /** The view of this person that types; undefined if there is none. */
  typist(userId: string): TerminalView | undefined {
    return this.#views.find(({ mode, person }) => mode === 'write' && person.userId === userId);
  }

  /** Begins a view. It replaces an earlier one with the same id, and takes the keyboard from other views of its person. */
  attach({ viewer, person, mode, size, position, events, onOver }: ViewRequest): TerminalView {
    const key = viewKey(person.userId, viewer);
    for (const view of this.#views.filter((other) => other.key === key)) this.#remove(view);
    if (mode === 'write') this.#takeKeyboard(person.userId);
    const onProgress = (): void => this.#progressed();
    const view = new TerminalView({
      key,
      person,
      mode,
      size,
      output: this.#output,
      position,
      events,
      onProgress,
      onOver,
    });
    this.#views.push(view);
    clearTimeout(this.#grace?.timer);
    this.#grace = undefined;
    this.#applySize();
    return view;
  }

  /** Starts the output to a view that has begun. */
  start(view: TerminalView): void {
    if (this.#ended !== null) view.finish(this.#ended);
    if (!this.#interrupt.isActive) view.goOn();
    this.#changed();
  }

  /** Ends a view. The shell runs on. */
  detach(view: TerminalView): void {
    if (!this.#views.includes(view)) return;
    this.#remove(view);
    this.#applySize();
    this.#changed();
  }

  /** @returns how many bytes of this view's input have arrived. Input from a view that only watches is dropped. */
  input(view: TerminalView, from: number, data: Uint8Array): number {
    const typed = this.#typedBy(view.key);
    if (view.mode !== 'write') return typed.received;
    const fresh = typed.take(from, data);
    if (fresh.byteLength > 0) {
      if (interrupts(fresh) && view.isFlooded) this.#startInterrupt();
      else if (commands(fresh)) this.#interrupt.forget();
      this.#terminal.input(fresh);
    }
    return typed.received;
  }

  /** How many bytes of a view's input have arrived. */
  received(view: TerminalView): number {
    return this.#typedBy(view.key).received;
  }

  resize(view: TerminalView, size: TerminalSize): void {
    view.size = size;
    this.#applySize();
  }

  /** @param sharing with colleagues who could open this terminal themselves. Views that it does not allow any more end. */
  share(sharing: TerminalSharing): void {
    this.#sharing = sharing;
    for (const view of this.#views.filter(({ person }) => person.userId !== this.owner.userId)) {
      if (sharing === 'nobody') {
        view.detach(`${this.owner.username} no longer shares this terminal.`);
        this.#remove(view);
      } else if (sharing === 'watch') view.mode = 'watch';
    }
    this.#applySize();
    this.#changed();
  }

  /** Ends the views of a person who may not view it any more. */
  withdraw(userId: string): void {
    for (const view of this.#views.filter(({ person }) => person.userId === userId)) {
      view.end({ code: 'revoked', exitCode: null, message: 'Your access has ended.' });
      this.#remove(view);
    }
    this.#applySize();
    this.#changed();
  }

  /** How it looks to a person. */
  describe(userId: string): HeldTerminalView {
    return {
      id: this.id,
      ...this.place,
      container: this.#terminal.container,
      shell: this.#terminal.shell,
      owner: { email: this.owner.username, own: this.owner.userId === userId },
      startedAt: this.#startedAt.toISOString(),
      viewers: this.#viewersFor(userId),
      sharing: this.#sharing,
      endsAt: this.#grace?.endsAt.toISOString() ?? null,
      ended: this.#ended,
    };
  }

  #viewersFor(userId: string): TerminalViewer[] {
    return this.#views.map(({ person, mode, since }) => ({
      email: person.username,
      mode,
      since: since.toISOString(),
      own: person.userId === userId,
    }));
  }

  #typedBy(key: string): TypedInput {
    const typed = this.#typed.get(key) ?? new TypedInput();
    // The newest last, so that the oldest is forgotten first.
    this.#typed.delete(key);
    this.#typed.set(key, typed);
    const [oldest] = this.#typed.keys();
    if (this.#typed.size > maxRemembered && oldest !== undefined) this.#typed.delete(oldest);
    return typed;
  }

  #takeKeyboard(userId: string): void {
    for (const view of this.#views) if (view.person.userId === userId) view.mode = 'watch';
  }

  #remove(view: TerminalView): void {
    view.drop();
    this.#views = this.#views.filter((other) => other !== view);
    if (this.#views.length === 0) this.#leaveAlone();
    this.#repace();
  }

  /** The size is that of the newest view that may type. */
  #applySize(): void {
    const view = this.#views.findLast(({ mode }) => mode === 'write');
    if (view === undefined || this.#ended !== null) return;
    const { size, by } = this.#output.last;
    const isSame = view.size.columns === size.columns && view.size.rows === size.rows;
    // The same size again tells the view that it is its own now.
    if (isSame && by === view.key) return;
    this.#output.resize(view.size, view.key);
    if (!isSame) this.#terminal.resize(view.size);
    if (!this.#interrupt.isActive) for (const other of this.#views) other.pump();
  }

  #changed(): void {
    this.#repace();
    for (const view of this.#views) view.events.onViewers(this.#viewersFor(view.person.userId));
    this.#options.onChanged();
  }

  #progressed(): void {
    this.#repace();
    this.#forgetIfSeen();
  }

  #repace(): void {
    if (this.#ended !== null) return;
    const typing = this.#views.filter(({ mode }) => mode === 'write');
    this.#pace.views((typing.length > 0 ? typing : this.#views).map(({ behind }) => behind));
  }

  #startInterrupt(): void {
    if (this.#interrupt.isActive || this.#ended !== null) return;
    this.#interrupt.start();
    this.#hush();
  }

  /** What the process wrote before the interrupt arrives late, after it seemed to be quiet. */
  #skipAhead(): void {
    this.#interrupt.resume();
    this.#hush();
  }

  #hush(): void {
    for (const view of this.#views) view.pause();
    this.#pace.open(true);
  }

  #afterInterrupt(): void {
    this.#pace.open(false);
    for (const view of this.#views) void view.goOnAtEnd();
  }

  /** Nobody views it: it ends, or what is left of it is forgotten, after the grace. */
  #leaveAlone(): void {
    const { graceMs } = this.#options;
    const timer = setTimeout(() => {
      if (this.#ended !== null) this.forget();
      else this.end(unattended(graceMs));
    }, graceMs);
    this.#grace = { timer, endsAt: new Date(Date.now() + graceMs) };
  }

  /** Forgets it as soon as its owner has seen how it ended. */
  #forgetIfSeen(): void {
    if (this.#ended === null) return;
    const isSeen = this.#views.some(({ isOver, person }) => isOver && person.userId === this.owner.userId);
    for (const view of this.#views.filter(({ isOver }) => isOver)) this.#remove(view);
    if (isSeen) this.forget();
  }

  /** Ends it for good, with all timers. */
  forget(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearTimeout(this.#grace?.timer);
    this.#pace.stop();
    this.#interrupt.stop();
    for (const view of this.#views.splice(0)) if (this.#ended !== null) view.end(this.#ended);
    this.#output.dispose();
    this.#options.onOver();
  }
}

function unattended(graceMs: number): Ending {
  const minutes = Math.round(graceMs / 60_000);
  const time =
    minutes < 1
      ? `${Math.round(graceMs / 1_000)} seconds`
      : minutes === 1
        ? 'a minute'
        : minutes < 120
          ? `${minutes} minutes`
          : `${Math.round(minutes / 60)} hours`;
  return {
    code: 'unattended',
    exitCode: null,
    message: `Nobody had this terminal open for ${time}, so it was ended.`,
  };
}
