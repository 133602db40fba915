import { StreamResetError } from '@postern/mux';
import type { ClusterStream } from '../connector/cluster-connector.ts';
import { SessionEndedError } from '../passage/session-ended-error.ts';
import { type Ending, failed, noShell, podGone, readEnding } from './ending.ts';
import { ExecChannel } from './exec-channel.ts';

export interface TerminalEvents {
  onOutput(data: Buffer): void;
  /** Called once, as the last event. */
  onEnded(ending: Ending, bytes: { up: number; down: number }): void;
}

export interface TerminalOptions {
  /** That of its recorded session. */
  id: string;
  container: string;
  shell: string;
  stream: ClusterStream;
  size: { columns: number; rows: number };
  /** Called if the shell ended without a reason: is the pod still running? */
  isPodRunning(): Promise<boolean>;
  /** A listener of the terminal threw: an error of ours, which must only end this terminal. */
  onError(error: unknown): void;
}

/** One shell in one pod: its input and output, and how it ended. */
export class Terminal {
  readonly id: string;
  readonly container: string;
  readonly shell: string;
  readonly #options: TerminalOptions;
  #channel: ExecChannel | undefined;
  #events: TerminalEvents | undefined;
  #said: string | undefined;
  #wanted: Ending | undefined;
  #bytesUp = 0;
  #bytesDown = 0;
  #isOver = false;

  constructor(options: TerminalOptions) {
    this.id = options.id;
    this.container = options.container;
    this.shell = options.shell;
    this.#options = options;
  }

  /** Starts the output. */
  start(events: TerminalEvents): void {
    this.#events = events;
    if (this.#wanted !== undefined) {
      // It ended before there was a listener.
      events.onEnded(this.#wanted, { up: 0, down: 0 });
      return;
    }
    this.#channel = new ExecChannel(this.#options.stream, {
      onOutput: (data) => {
        if (this.#isOver) return;
        this.#bytesDown += data.byteLength;
        events.onOutput(data);
      },
      onStatus: (text) => {
        this.#said = text;
      },
      onClose: (error) => this.#finish(error),
    });
    this.#channel.resize(this.#options.size);
  }

  input(data: Uint8Array): void {
    if (this.#isOver) return;
    if (this.#channel?.write(data) === false) {
      this.end(failed('The cluster cannot keep up with the input.'));
      return;
    }
    this.#bytesUp += data.byteLength;
  }

  resize(size: { columns: number; rows: number }): void {
    this.#channel?.resize(size);
  }

  /** Stops reading from the cluster, which in turn blocks the process; one more chunk may follow. */
  hold(): void {
    this.#channel?.hold();
  }

  release(): void {
    this.#channel?.release();
  }

  /** Ends the shell; `onEnded` gets this ending, whatever the cluster reports. */
  end(ending: Ending): void {
    if (this.#isOver) return;
    this.#wanted ??= ending;
    if (this.#channel === undefined) this.#options.stream.destroy();
    else this.#channel.close();
    this.#over(ending);
  }

  #finish(error: Error | undefined): void {
    if (this.#isOver) return;
    this.#endingOf(error)
      .catch(() => failed('The shell has ended; Postern could not find out how.'))
      .then((ending) => this.#over(ending))
      .catch(this.#options.onError);
  }

  #over(ending: Ending): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#events?.onEnded(ending, { up: this.#bytesUp, down: this.#bytesDown });
  }

  async #endingOf(error: Error | undefined): Promise<Ending> {
    if (error instanceof SessionEndedError) return failed(error.reason);
    if (error instanceof StreamResetError && error.code === 'gone') {
      return { code: 'agent-offline', exitCode: null, message: "The connection to the cluster's agent was lost." };
    }
    if (error instanceof StreamResetError && error.code === 'revoked') {
      return { code: 'revoked', exitCode: null, message: 'Your access has ended.' };
    }
    const ending = this.#said === undefined ? undefined : readEnding(this.#said);
    const { exitCode = null } = ending ?? {};
    // Some runtimes report "no such program" only with a shell's exit code, although no shell ran.
    if ((exitCode === 126 || exitCode === 127) && this.#bytesDown === 0) return noShell();
    // 137 and 143: killed from outside, as everything in a container is when its pod is deleted.
    const wasKilled = exitCode === 137 || exitCode === 143;
    if (ending !== undefined && !wasKilled && ending.code !== 'failed') return ending;
    if (!(await this.#options.isPodRunning())) return podGone('The pod is gone, and the shell with it.');
    return (
      ending ??
      failed(
        error === undefined
          ? 'The connection to the shell was lost.'
          : `The connection to the shell was lost: ${error.message}`,
      )
    );
  }
}
