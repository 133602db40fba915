import { KubeError } from '#features/kube/kube-error.ts';
import type { LogCluster, LogRequest } from '#features/logs/log-cluster.ts';
import { type LogPod, readLogPod } from '#features/logs/log-pod.ts';

interface Entry {
  /** RFC 3339. */
  time: string;
  text: string;
}

/** One run of a container: what its current log file has. */
interface Run {
  id: string;
  startedAt: string;
  file: Entry[];
  exitCode: number | undefined;
}

interface Stream {
  run: Run;
  next: (result: IteratorResult<Uint8Array> | Error) => void;
}

/**
 * A node with one pod of one container, which keeps the current log file of the current run and of the one before, as a kubelet does:
 * a rotation or the end of the run ends the streams, and `sinceTime` counts whole seconds.
 */
export class FakeLogNode implements LogCluster {
  readonly requests: LogRequest[] = [];
  readonly name: string;
  readonly #chunk: () => number;
  readonly #streams = new Set<Stream>();
  #runs: Run[] = [];
  #state: 'running' | 'waiting' | 'terminated' = 'running';
  #exists = true;
  /** Whether requests fail, as without a connection. */
  down = false;
  /** Called before a log is opened, for races. */
  beforeOpen: (() => void) | undefined;

  /** `chunk`: how many bytes to send at once. */
  constructor({ name = 'web-1', chunk = () => 65_536 }: { name?: string; chunk?: () => number } = {}) {
    this.name = name;
    this.#chunk = chunk;
    this.#start('2026-11-22T09:00:00Z');
  }

  get snapshot(): LogPod {
    return readLogPod(this.#pod());
  }

  /** Whether nobody waits for more of this log. */
  get isUnread(): boolean {
    return this.#streams.size === 0;
  }

  write(...entries: Entry[]): void {
    const run = this.#current();
    run.file.push(...entries);
    for (const stream of this.#streamsOf(run)) this.#send(stream, entries);
  }

  /** Starts another file; streams of the old one end without an error. */
  rotate(): void {
    const run = this.#current();
    run.file = [];
    this.#end(run);
  }

  /** Ends the current run. */
  exit(exitCode: number): void {
    const run = this.#current();
    run.exitCode = exitCode;
    this.#state = 'terminated';
    this.#end(run);
  }

  /** Starts the next run. */
  start(startedAt: string): void {
    this.#start(startedAt);
    this.#state = 'running';
  }

  remove(): void {
    this.#exists = false;
    this.#end(this.#current());
  }

  /** Breaks all streams, in the middle of a line if a part of one is on the way. */
  cut(): void {
    for (const stream of this.#streams) stream.next(new TypeError('network error'));
    this.#streams.clear();
  }

  async pod(): Promise<LogPod | undefined> {
    await this.#answer();
    return this.#exists ? this.snapshot : undefined;
  }

  async open(request: LogRequest, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>> {
    this.requests.push(request);
    await this.#answer();
    signal.throwIfAborted();
    this.beforeOpen?.();
    if (!this.#exists) throw new KubeError({ status: 404, reason: 'NotFound', message: 'pods not found' });
    const run = request.previous ? this.#runs.at(-2) : this.#current();
    if (run === undefined) {
      const message = 'previous terminated container "app" in pod "web-1" not found';
      throw new KubeError({ status: 400, reason: 'BadRequest', message });
    }
    const from = request.from.sinceTime === undefined ? 0 : Date.parse(request.from.sinceTime);
    const since = run.file.filter(({ time }) => Date.parse(time) >= from);
    const entries = request.from.tailLines === undefined ? since : since.slice(-request.from.tailLines);
    return this.#stream(run, { entries, follow: !request.previous && run.exitCode === undefined, signal });
  }

  async #answer(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    if (this.down) throw new TypeError('fetch failed');
  }

  #stream(
    run: Run,
    { entries, follow, signal }: { entries: readonly Entry[]; follow: boolean; signal: AbortSignal },
  ): AsyncIterable<Uint8Array> {
    const results: (IteratorResult<Uint8Array> | Error)[] = [];
    let wake: (() => void) | undefined;
    const stream: Stream = {
      run,
      next: (result) => {
        results.push(result);
        wake?.();
      },
    };
    signal.addEventListener('abort', () => {
      this.#streams.delete(stream);
      stream.next(new DOMException('aborted', 'AbortError'));
    });
    this.#send(stream, entries);
    if (follow) this.#streams.add(stream);
    else stream.next({ done: true, value: undefined });
    return {
      [Symbol.asyncIterator]: () => ({
        next: async () => {
          while (results.length === 0) {
            await new Promise<void>((resolve) => {
              wake = resolve;
            });
          }
          const result = results.shift();
          if (result instanceof Error || result === undefined) throw result;
          return result;
        },
      }),
    };
  }

  #send(stream: Stream, entries: readonly Entry[]): void {
    let bytes = new TextEncoder().encode(entries.map(({ time, text }) => `${time} ${text}\n`).join(''));
    while (bytes.length > 0) {
      const size = Math.max(1, this.#chunk());
      stream.next({ done: false, value: bytes.slice(0, size) });
      bytes = bytes.slice(size);
    }
  }

  #streamsOf(run: Run): Stream[] {
    return [...this.#streams].filter((stream) => stream.run === run);
  }

  #end(run: Run): void {
    for (const stream of this.#streamsOf(run)) {
      stream.next({ done: true, value: undefined });
      this.#streams.delete(stream);
    }
  }

  #current(): Run {
    const run = this.#runs.at(-1);
    if (run === undefined) throw new Error('there is no run');
    return run;
  }

  #start(startedAt: string): void {
    const id = `containerd://${this.name}/${this.#runs.length}`;
    this.#runs.push({ id, startedAt, file: [], exitCode: undefined });
  }

  #pod(): unknown {
    const run = this.#current();
    const before = this.#runs.at(-2);
    const terminated = (one: Run) => ({
      terminated: { containerID: one.id, exitCode: one.exitCode, finishedAt: '2026-11-22T10:00:00Z' },
    });
    const status = {
      name: 'app',
      containerID: run.id,
      restartCount: this.#runs.length - 1,
      state: this.#state === 'running' ? { running: { startedAt: run.startedAt } } : terminated(run),
      lastState: before === undefined ? {} : terminated(before),
    };
    return {
      metadata: {
        uid: `uid-${this.name}`,
        namespace: 'shop',
        name: this.name,
        creationTimestamp: '2026-11-22T09:00:00Z',
      },
      spec: { containers: [{ name: 'app' }] },
      status: { phase: 'Running', containerStatuses: [status] },
    };
  }
}
