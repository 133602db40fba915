import type {
  AttachedTerminal,
  ClientToServerEvents,
  HeldTerminal,
  OpenTerminal,
  ServerToClientEvents,
  SocketError,
  TerminalDetached,
  TerminalElsewhere,
  TerminalEnded,
  TerminalMode,
  TerminalReset,
  TerminalSharing,
  TerminalSize,
  TerminalViewer,
  TerminalViewers,
} from '@postern/contracts';
import { UnsentInput } from './unsent-input.ts';

export interface Size {
  columns: number;
  rows: number;
}

/** A terminal on the screen, and who else has it open. */
export interface OpenState {
  phase: 'open';
  terminal: HeldTerminal;
  mode: TerminalMode;
  viewers: readonly TerminalViewer[];
  sharing: TerminalSharing;
}

export type TerminalState =
  /** Waits to be started. */
  | { phase: 'idle' }
  | { phase: 'opening' }
  | OpenState
  /** The connection to the gateway is lost. The shell runs on, and what is typed is kept. */
  | { phase: 'reconnecting'; since: number; terminal: HeldTerminal }
  /** Another view of this person types in it. */
  | { phase: 'elsewhere'; terminal: HeldTerminal }
  | { phase: 'ended'; code: string; message: string };

type ServerEvent = keyof ServerToClientEvents | 'connect' | 'disconnect';

/** The part of the page's live connection that a terminal uses. */
export interface TerminalSocket {
  readonly connected: boolean;
  on(event: ServerEvent, listener: (...args: never[]) => void): unknown;
  off(event: ServerEvent, listener: (...args: never[]) => void): unknown;
  emit<E extends keyof ClientToServerEvents>(event: E, ...args: Parameters<ClientToServerEvents[E]>): unknown;
}

/** Where output is drawn. */
export interface SessionScreen {
  /** Draws output, and then calls `done`. */
  write(data: Uint8Array | string, done: () => void): void;
  /** Draws output from before this page looked: what it asks the terminal has been asked of others, and is not answered again. */
  replay(data: Uint8Array, done: () => void): void;
  /** Empties the screen and its scrollback. */
  reset(): void;
  /** Takes a size that another view chose; undefined: fills its element again. */
  setSize(size: Size | undefined): void;
}

export interface TerminalSessionOptions {
  socket: TerminalSocket;
  screen: SessionScreen;
  onState: (state: TerminalState) => void;
}

/** How much is kept of what is typed while a shell opens, in bytes. */
const MOST_EARLY_INPUT = 4 * 1024;
/** How much is kept while the connection is away. */
const MOST_UNSENT_INPUT = 64 * 1024;
/** The gateway sends at most 128 KiB that is not drawn; several acknowledgements before that keep a fast stream moving. */
const ACKNOWLEDGE_EVERY = 16 * 1024;

/** One terminal at a time, over the page's live connection: opening or coming back, data in both directions, ending. */
export class TerminalSession {
  readonly #options: TerminalSessionOptions;
  #state: TerminalState = { phase: 'idle' };
  /** The terminal on the screen; it outlives its connection. */
  #terminal: HeldTerminal | undefined;
  #organization = '';
  #viewer = '';
  /** Number of the current attempt; answers to earlier ones are ignored. */
  #attempt = 0;
  #size: Size = { columns: 80, rows: 24 };
  /** Positions in the output; null while nothing is known. */
  #received: number | null = null;
  /** Up to here, the output is from before this page looked. */
  #past = 0;
  #drawn = 0;
  #acknowledged = 0;
  #mode: TerminalMode = 'write';
  #input = new UnsentInput();
  #retry: ReturnType<typeof setTimeout> | undefined;
  /** Asks again what was asked last, on a new connection. */
  #again: (() => void) | undefined;

  constructor(options: TerminalSessionOptions) {
    this.#options = options;
    const { socket } = options;
    socket.on('terminal:reset', this.#onReset);
    socket.on('terminal:output', this.#onOutput);
    socket.on('terminal:size', this.#onSize);
    socket.on('terminal:viewers', this.#onViewers);
    socket.on('terminal:detached', this.#onDetached);
    socket.on('terminal:ended', this.#onEnded);
    socket.on('disconnect', this.#onDisconnect);
    socket.on('connect', this.#onConnect);
  }

  get state(): TerminalState {
    return this.#state;
  }

  /** Opens a new shell. One that this page shows already goes on without it. */
  open(request: Omit<OpenTerminal, keyof Size | 'viewer'>, size: Size): void {
    this.#begin(request.organization, size);
    this.#received = 0;
    this.#open(request);
  }

  /** Shows a terminal that the gateway holds. */
  attach(terminal: { organization: string; id: string }, size: Size, mode: 'auto' | TerminalMode = 'auto'): void {
    this.#begin(terminal.organization, size);
    this.#attach(terminal.id, mode);
  }

  /** Types here what was typed in another view until now, or watches it. */
  choose(mode: TerminalMode): void {
    const terminal = this.#terminal ?? (this.#state.phase === 'elsewhere' ? this.#state.terminal : undefined);
    if (terminal !== undefined) this.#attach(terminal.id, mode);
  }

  /**
   * Sends keystrokes. Those typed while a shell opens, or while the connection is away, are kept and sent later; without a shell
   * they are dropped, because another shell must not get them.
   */
  input(data: Uint8Array): void {
    const { phase } = this.#state;
    if (phase === 'opening') this.#input.add(data, MOST_EARLY_INPUT);
    else if (phase === 'reconnecting' || (phase === 'open' && this.#mode === 'write')) {
      this.#input.add(data, MOST_UNSENT_INPUT);
      this.#send();
    }
  }

  resize(size: Size): void {
    this.#size = size;
    if (this.#state.phase === 'open' && this.#mode === 'write') {
      this.#options.socket.emit('terminal:resize', { terminal: this.#state.terminal.id, ...size });
    }
  }

  /** Ends this view and removes all listeners. The shell runs on. */
  dispose(): void {
    const { socket } = this.#options;
    socket.off('terminal:reset', this.#onReset);
    socket.off('terminal:output', this.#onOutput);
    socket.off('terminal:size', this.#onSize);
    socket.off('terminal:viewers', this.#onViewers);
    socket.off('terminal:detached', this.#onDetached);
    socket.off('terminal:ended', this.#onEnded);
    socket.off('disconnect', this.#onDisconnect);
    socket.off('connect', this.#onConnect);
    this.#leave();
  }

  #begin(organization: string, size: Size): void {
    this.#leave();
    this.#organization = organization;
    this.#size = size;
    this.#viewer = crypto.randomUUID();
    this.#received = null;
    this.#past = 0;
    this.#drawn = 0;
    this.#acknowledged = 0;
    this.#input = new UnsentInput();
    this.#become({ phase: 'opening' });
  }

  /** Ends the view of the terminal that is shown. */
  #leave(): void {
    clearTimeout(this.#retry);
    this.#attempt++;
    const { socket } = this.#options;
    if (this.#terminal !== undefined && socket.connected) {
      socket.emit('terminal:detach', { terminal: this.#terminal.id }, () => undefined);
    }
    this.#terminal = undefined;
  }

  /** Asked again with the same `viewer`, the gateway opens no second shell. */
  #open(request: Omit<OpenTerminal, keyof Size | 'viewer'>): void {
    const { organization } = request;
    const opening = { ...request, ...this.#size, viewer: this.#viewer };
    this.#ask({
      ask: (answered) => this.#options.socket.emit('terminal:open', opening, answered),
      // Nobody waits for this shell any more.
      late: (id) => this.#options.socket.emit('terminal:close', { organization, terminal: id }, () => undefined),
      again: () => this.#open(request),
    });
  }

  #attach(terminal: string, mode: 'auto' | TerminalMode): void {
    const request = {
      organization: this.#organization,
      terminal,
      viewer: this.#viewer,
      position: this.#received,
      mode,
      ...this.#size,
    };
    this.#ask({
      ask: (answered) => this.#options.socket.emit('terminal:attach', request, answered),
      late: (id) => {
        if (id !== this.#terminal?.id) this.#options.socket.emit('terminal:detach', { terminal: id }, () => undefined);
      },
      again: () => this.#attach(terminal, mode),
    });
  }

  #ask({ ask, late, again }: Question): void {
    const attempt = ++this.#attempt;
    clearTimeout(this.#retry);
    this.#again = again;
    // Asked when the connection is there. socket.io would send it then too, and a second time.
    if (!this.#options.socket.connected) return;
    const asked = this.#size;
    ask((answer) => {
      if (attempt !== this.#attempt) {
        if ('mode' in answer) late(answer.terminal.id);
      } else if ('mode' in answer) this.#opened(answer, asked);
      else if ('elsewhere' in answer) this.#become({ phase: 'elsewhere', terminal: answer.elsewhere });
      else this.#refused(answer);
    });
  }

  #opened({ terminal, mode, received, written }: AttachedTerminal, asked: Size): void {
    if (this.#received === null) this.#past = written;
    this.#terminal = terminal;
    this.#mode = mode;
    this.#input.confirm(received);
    this.#input.rewind();
    const { viewers, sharing } = terminal;
    this.#become({ phase: 'open', terminal, mode, viewers, sharing });
    if (this.#size.columns !== asked.columns || this.#size.rows !== asked.rows) this.resize(this.#size);
    this.#send();
  }

  /** A refusal that passes is asked again; any other ends the terminal, as far as this page is concerned. */
  #refused({ error }: SocketError): void {
    if (error.retryAfterSeconds !== undefined && this.#again !== undefined) {
      this.#retry = setTimeout(this.#again, error.retryAfterSeconds * 1_000);
      return;
    }
    this.#terminal = undefined;
    this.#become({ phase: 'ended', code: error.code, message: error.message });
  }

  #send(): void {
    const terminal = this.#terminal?.id;
    if (terminal === undefined || this.#state.phase !== 'open') return;
    for (let piece = this.#input.take(); piece !== undefined; piece = this.#input.take()) {
      const end = piece.from + piece.data.byteLength;
      const attempt = this.#attempt;
      this.#options.socket.emit('terminal:input', { terminal, ...piece }, (answer) => {
        if (attempt !== this.#attempt) return;
        if ('received' in answer) {
          this.#input.confirm(answer.received);
          if (answer.received >= end) return;
        } else if (answer.error.code !== 'limit') return;
        // It came too fast, or what came before it did.
        clearTimeout(this.#retry);
        this.#retry = setTimeout(
          () => {
            this.#input.rewind();
            this.#send();
          },
          'error' in answer ? (answer.error.retryAfterSeconds ?? 1) * 1_000 : 0,
        );
      });
    }
  }

  #become(state: TerminalState): void {
    this.#state = state;
    this.#options.onState(state);
  }

  readonly #onReset = (reset: TerminalReset): void => {
    if (reset.terminal !== this.#terminal?.id) return;
    const { screen } = this.#options;
    if (reset.clear !== null) {
      screen.reset();
      screen.setSize(reset.clear);
    }
    this.#received = reset.position;
    this.#draw(reset.data, reset.position);
  };

  readonly #onOutput = (output: { terminal: string; position: number; data: Uint8Array | ArrayBuffer }): void => {
    // Anything else was sent to an earlier view of this page.
    if (output.terminal !== this.#terminal?.id || output.position !== this.#received) return;
    const data = output.data instanceof Uint8Array ? output.data : new Uint8Array(output.data);
    const past = Math.min(Math.max(0, this.#past - output.position), data.byteLength);
    this.#received += data.byteLength;
    if (past > 0) this.#replay(data.subarray(0, past), output.position + past);
    if (past < data.byteLength) this.#draw(data.subarray(past), this.#received);
  };

  readonly #onSize = ({ terminal, columns, rows, own }: TerminalSize): void => {
    if (terminal === this.#terminal?.id) this.#options.screen.setSize(own ? undefined : { columns, rows });
  };

  /** @param position up to which the screen is complete once this is drawn. */
  #draw(data: Uint8Array | string, position: number): void {
    this.#options.screen.write(data, this.#whenDrawn(position));
  }

  #replay(data: Uint8Array, position: number): void {
    this.#options.screen.replay(data, this.#whenDrawn(position));
  }

  #whenDrawn(position: number): () => void {
    const viewer = this.#viewer;
    return () => {
      if (viewer !== this.#viewer) return;
      this.#drawn = Math.max(this.#drawn, position);
      this.#acknowledge();
    };
  }

  #acknowledge(): void {
    const isAll = this.#drawn === this.#received;
    if (this.#state.phase !== 'open' || (!isAll && this.#drawn - this.#acknowledged < ACKNOWLEDGE_EVERY)) return;
    this.#acknowledged = this.#drawn;
    this.#options.socket.emit('terminal:ack', { terminal: this.#state.terminal.id, position: this.#drawn });
  }

  readonly #onViewers = ({ terminal, viewers, mode, sharing }: TerminalViewers): void => {
    if (terminal !== this.#terminal?.id || this.#state.phase !== 'open') return;
    this.#mode = mode;
    this.#become({ ...this.#state, viewers, mode, sharing });
  };

  readonly #onDetached = ({ terminal, message }: TerminalDetached): void => {
    if (terminal !== this.#terminal?.id) return;
    this.#terminal = undefined;
    this.#become({ phase: 'ended', code: 'detached', message });
  };

  readonly #onEnded = ({ terminal, code, message }: TerminalEnded): void => {
    if (terminal !== this.#terminal?.id) return;
    this.#terminal = undefined;
    this.#become({ phase: 'ended', code, message });
  };

  readonly #onDisconnect = (): void => {
    this.#attempt++;
    clearTimeout(this.#retry);
    if (this.#terminal !== undefined && this.#state.phase !== 'elsewhere') {
      this.#become({ phase: 'reconnecting', since: Date.now(), terminal: this.#terminal });
    }
  };

  readonly #onConnect = (): void => {
    const { phase } = this.#state;
    // If another view took the keyboard meanwhile, it keeps it.
    if (phase === 'reconnecting') this.#attach(this.#state.terminal.id, this.#mode === 'write' ? 'auto' : 'watch');
    else if (phase === 'opening') this.#again?.();
  };
}

/** A request for a view. */
interface Question {
  ask: (answered: (answer: AttachedTerminal | TerminalElsewhere | SocketError) => void) => void;
  /** A view has begun for which nobody waits any more. */
  late: (terminal: string) => void;
  /** Asks the same again. */
  again: () => void;
}
