import type { ClientToServerEvents, OpenTerminal, ServerToClientEvents, TerminalEnded } from '@postern/contracts';

export interface Size {
  columns: number;
  rows: number;
}

export type TerminalState =
  /** Waits to be started. */
  | { phase: 'idle' }
  | { phase: 'opening' }
  | { phase: 'open'; container: string; shell: string }
  /** The connection to the gateway is lost, and is being re-established. Shells end with their connection. */
  | { phase: 'reconnecting'; since: number }
  | { phase: 'ended'; code: string; message: string };

type ServerEvent = keyof ServerToClientEvents | 'connect' | 'disconnect';

/** The part of the page's live connection that a terminal uses. */
export interface TerminalSocket {
  readonly connected: boolean;
  on(event: ServerEvent, listener: (...args: never[]) => void): unknown;
  off(event: ServerEvent, listener: (...args: never[]) => void): unknown;
  emit<E extends keyof ClientToServerEvents>(event: E, ...args: Parameters<ClientToServerEvents[E]>): unknown;
}

export interface TerminalSessionOptions {
  socket: TerminalSocket;
  /** Draws output, and then calls `done`. */
  write: (data: Uint8Array, done: () => void) => void;
  onState: (state: TerminalState) => void;
}

/** Largest input per message, in bytes; the contract allows 64 KiB. */
const LARGEST_INPUT = 32 * 1024;
const MOST_EARLY_INPUT = 4 * 1024;
/** The gateway pauses at 192 KiB unacknowledged; several acknowledgements before that keep a fast stream moving. */
const ACKNOWLEDGE_EVERY = 32 * 1024;

/** One shell in a pod at a time, over the page's live connection: opening, data in both directions, flow control, ending. */
export class TerminalSession {
  readonly #options: TerminalSessionOptions;
  #state: TerminalState = { phase: 'idle' };
  #id: string | undefined;
  /** Number of the current attempt; answers to earlier ones are ignored. */
  #attempt = 0;
  #size: Size = { columns: 80, rows: 24 };
  #received = 0;
  #drawn = 0;
  #acknowledged = 0;
  /** Input typed while the shell is opening. */
  #early = new Uint8Array();

  constructor(options: TerminalSessionOptions) {
    this.#options = options;
    const { socket } = options;
    socket.on('terminal:output', this.#onOutput);
    socket.on('terminal:ended', this.#onEnded);
    socket.on('disconnect', this.#onDisconnect);
    socket.on('connect', this.#onConnect);
  }

  get state(): TerminalState {
    return this.#state;
  }

  /** Opens a shell, and closes the open one first. */
  open(request: Omit<OpenTerminal, keyof Size>, size: Size): void {
    this.#drop();
    this.#size = size;
    this.#received = 0;
    this.#drawn = 0;
    this.#acknowledged = 0;
    this.#early = new Uint8Array();
    const attempt = ++this.#attempt;
    this.#become({ phase: 'opening' });
    this.#options.socket.emit('terminal:open', { ...request, ...size }, (answer) => {
      const late = attempt !== this.#attempt;
      if ('error' in answer) {
        if (!late) this.#become({ phase: 'ended', ...answer.error });
        return;
      }
      if (late) {
        this.#options.socket.emit('terminal:close', { terminal: answer.terminal }, () => undefined);
        return;
      }
      this.#id = answer.terminal;
      this.#become({ phase: 'open', container: answer.container, shell: answer.shell });
      if (this.#size.columns !== size.columns || this.#size.rows !== size.rows) this.resize(this.#size);
      this.input(this.#early);
    });
  }

  /**
   * Sends keystrokes. Those typed while a shell is opening are queued (up to 4 KiB), as in any terminal; otherwise without a
   * shell they are dropped, because another shell must not get them.
   */
  input(data: Uint8Array): void {
    if (this.#state.phase === 'opening' && this.#early.byteLength + data.byteLength <= MOST_EARLY_INPUT) {
      this.#early = Uint8Array.of(...this.#early, ...data);
    }
    if (this.#id === undefined) return;
    for (let from = 0; from < data.byteLength; from += LARGEST_INPUT) {
      this.#options.socket.emit('terminal:input', {
        terminal: this.#id,
        data: data.slice(from, from + LARGEST_INPUT),
      });
    }
  }

  resize(size: Size): void {
    this.#size = size;
    if (this.#id !== undefined) this.#options.socket.emit('terminal:resize', { terminal: this.#id, ...size });
  }

  /** Ends the shell and removes all listeners. */
  dispose(): void {
    const { socket } = this.#options;
    socket.off('terminal:output', this.#onOutput);
    socket.off('terminal:ended', this.#onEnded);
    socket.off('disconnect', this.#onDisconnect);
    socket.off('connect', this.#onConnect);
    this.#drop();
    this.#attempt++;
  }

  #drop(): void {
    if (this.#id !== undefined) this.#options.socket.emit('terminal:close', { terminal: this.#id }, () => undefined);
    this.#id = undefined;
  }

  #become(state: TerminalState): void {
    this.#state = state;
    this.#options.onState(state);
  }

  readonly #onOutput = (output: { terminal: string; data: Uint8Array | ArrayBuffer }): void => {
    if (output.terminal !== this.#id) return;
    const data = output.data instanceof Uint8Array ? output.data : new Uint8Array(output.data);
    const attempt = this.#attempt;
    this.#received += data.byteLength;
    this.#options.write(data, () => {
      if (attempt !== this.#attempt) return;
      this.#drawn += data.byteLength;
      this.#acknowledge();
    });
  };

  #acknowledge(): void {
    const all = this.#drawn === this.#received;
    if (this.#id === undefined || (!all && this.#drawn - this.#acknowledged < ACKNOWLEDGE_EVERY)) return;
    this.#acknowledged = this.#drawn;
    this.#options.socket.emit('terminal:ack', { terminal: this.#id, bytes: this.#drawn });
  }

  readonly #onEnded = (ended: TerminalEnded): void => {
    if (ended.terminal !== this.#id) return;
    this.#id = undefined;
    this.#become({ phase: 'ended', code: ended.code, message: ended.message });
  };

  readonly #onDisconnect = (): void => {
    if (this.#state.phase !== 'open' && this.#state.phase !== 'opening') return;
    this.#id = undefined;
    this.#attempt++;
    this.#become({ phase: 'reconnecting', since: Date.now() });
  };

  readonly #onConnect = (): void => {
    if (this.#state.phase !== 'reconnecting') return;
    this.#become({
      phase: 'ended',
      code: 'lost',
      message: 'The connection to the gateway was lost for a moment, and the shell ended with it.',
    });
  };
}
