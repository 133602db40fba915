import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { ApiError, type Status } from '../api/api-error.ts';
import type { Container, Pod } from '../model/kinds.ts';
import type { Clock } from '../simulation/clock.ts';
import { followLog } from './pod-log.ts';
import type { PodProcesses } from './pod-processes.ts';
import { CannotRun, type RunningProcess } from './process.ts';
import type { RemoteStreams } from './remote-streams.ts';

const success: Status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success' };

/** The kubelet's Status for the end of a process (pkg/kubelet/kuberuntime, remotecommand). */
function outcome(code: number): Status {
  if (code === 0) return success;
  return {
    ...success,
    status: 'Failure',
    message: `command terminated with non-zero exit code: exit status ${code}`,
    reason: 'NonZeroExitCode',
    details: { causes: [{ reason: 'ExitCode', message: String(code) }] },
  };
}

/** The Status for an error, for the client of a stream. */
export function failure(error: unknown): Status {
  if (error instanceof ApiError) return error.status;
  const why = error instanceof CannotRun ? error.message : 'the demo cluster failed at this';
  const message = `Internal error occurred: error executing command in container: ${why}`;
  return new ApiError(500, 'InternalError', message).status;
}

/** Runs a command in a container for one client. When either ends, so does the other. */
export async function exec(
  processes: PodProcesses,
  { pod, container, command, tty }: { pod: Pod; container: Container; command: string[]; tty: boolean },
  streams: RemoteStreams,
): Promise<void> {
  try {
    const running = await processes.start(pod, container, { command, tty });
    void streams.closed.then(() => running.kill());
    streams.onResize((size) => running.resize(size));
    if (streams.stdin === undefined) running.stdin.end();
    else streams.stdin.pipe(running.stdin);
    const code = await relayOutput(running, streams);
    streams.finish(outcome(code));
  } catch (error) {
    streams.finish(failure(error));
  }
}

/** Resolves with the exit code once all output has been sent to the client. */
async function relayOutput(running: RunningProcess, { stdout, stderr }: RemoteStreams): Promise<number> {
  const relayed = [drain(running.stdout, stdout), drain(running.stderr, stderr)];
  const code = await running.ended;
  await Promise.all(relayed);
  return code;
}

async function drain(from: Readable | undefined, to: Writable | undefined): Promise<void> {
  if (from === undefined) return;
  if (to === undefined) {
    from.resume();
    return;
  }
  from.pipe(to);
  await Promise.race([once(to, 'finish'), once(to, 'close')]).catch(() => {});
}

/** Attaches to the main program of a container or, if that has no `stdin`, to its log output. */
export async function attach(
  processes: PodProcesses,
  {
    pod,
    container,
    clock,
    ended,
  }: { pod: Pod; container: Container; clock: Clock; ended: (listener: () => void) => () => void },
  streams: RemoteStreams,
): Promise<void> {
  if (container.stdin === true) return attachToMain(processes, { pod, container }, streams);
  const { stdout } = streams;
  const stop = followLog({ pod, container: container.name, clock }, (line) => stdout?.write(line));
  const unsubscribe = ended(() => streams.finish(success));
  await streams.closed;
  stop();
  unsubscribe();
}

async function attachToMain(
  processes: PodProcesses,
  { pod, container }: { pod: Pod; container: Container },
  streams: RemoteStreams,
): Promise<void> {
  try {
    const main = await processes.main(pod, container);
    streams.onResize((size) => main.resize(size));
    streams.stdin?.pipe(main.stdin, { end: container.stdinOnce === true });
    const copies = [
      share(main.stdout, streams.stdout),
      ...(main.stderr === undefined ? [] : [share(main.stderr, streams.stderr)]),
    ];
    const end = await Promise.race([main.ended, streams.closed]);
    for (const stop of copies) stop();
    streams.stdin?.unpipe(main.stdin);
    if (typeof end === 'number') streams.finish(outcome(end));
  } catch (error) {
    streams.finish(failure(error));
  }
}

/** Copies to one of several readers; a slow one slows down the source, a closed one does not. @returns a function to end it. */
function share(from: Readable, to: Writable | undefined): () => void {
  const copy = (chunk: Buffer) => {
    if (to === undefined || to.destroyed || to.write(chunk)) return;
    from.pause();
    to.once('drain', () => from.resume());
  };
  from.on('data', copy);
  return () => {
    from.off('data', copy);
    from.resume();
  };
}
