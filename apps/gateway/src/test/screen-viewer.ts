import xterm, { type Terminal } from '@xterm/headless';
import type { KeptScreen, Piece, Replay, Skip } from '../terminals/screen/kept-screen.ts';
import type { Step } from './terminal-script.ts';

/** A terminal as a browser has it. */
export function freshTerminal({ columns, rows } = { columns: 40, rows: 10 }): Terminal {
  return new xterm.Terminal({ cols: columns, rows, scrollback: 10_000, allowProposedApi: true, logLevel: 'off' });
}

export function write(terminal: Terminal, data: string | Uint8Array): Promise<void> {
  return new Promise((resolve) => terminal.write(data, resolve));
}

export async function play(terminal: Terminal, steps: readonly Step[]): Promise<void> {
  for (const step of steps) {
    if (typeof step === 'string') terminal.write(step);
    else {
      await write(terminal, '');
      terminal.resize(step.columns, step.rows);
    }
  }
  await write(terminal, '');
}

/** Somebody who looks at a kept screen. */
export class ScreenViewer {
  readonly #screen: KeptScreen;
  terminal = freshTerminal();
  position = 0;

  constructor(screen: KeptScreen) {
    this.#screen = screen;
  }

  /** Begins anew, as after a reload. */
  async attach(): Promise<void> {
    await this.draw(await this.#screen.replay());
    await this.follow();
  }

  async draw({ size, snapshot, pieces, to }: Replay): Promise<void> {
    this.terminal = freshTerminal(size);
    await write(this.terminal, snapshot);
    for (const piece of pieces) await this.#drawPiece(piece);
    this.position = to;
  }

  /** Draws everything that has come since. @param most bytes to read at once, and so many at all if there is a second. */
  async follow(most?: number, atAll = Number.POSITIVE_INFINITY): Promise<void> {
    const end = this.position + atAll;
    while (this.position < end) {
      const piece = this.#screen.read(this.position, most);
      if (piece === undefined) break;
      await this.#drawPiece(piece);
      this.position += piece.data.byteLength;
    }
    if (this.#screen.read(this.position) === undefined) this.#resize(this.#screen.size);
  }

  async skip({ to, size, draw }: Skip): Promise<void> {
    this.#resize(size);
    await write(this.terminal, draw);
    this.position = to;
  }

  async #drawPiece({ data, size }: Piece): Promise<void> {
    if (size) this.#resize(size);
    await write(this.terminal, data);
  }

  #resize({ columns, rows }: { columns: number; rows: number }): void {
    this.terminal.resize(columns, rows);
  }
}
