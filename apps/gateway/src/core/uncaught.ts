import type { Logger } from 'pino';
import { withoutSecrets } from './without-secrets.ts';

/** Exit code after an uncaught error (EX_SOFTWARE); 1 means that the start failed. */
export const crashExitCode = 70;

interface Ending {
  logger: Pick<Logger, 'fatal'>;
  /** Returns the function that drains within the given milliseconds; undefined while the process does not serve yet. */
  drain: () => ((ms: number) => Promise<void>) | undefined;
  /** How long open requests and streams may take to finish, in milliseconds; 0 ends them at once. */
  drainMs: number;
}

/** Added to the drain time, in milliseconds, after which the process ends even if the drain hangs. */
const grace = 1_000;

/**
 * Handles uncaught errors and unhandled rejections: logs the error with its stack, drains briefly and ends the process with
 * `crashExitCode`, so that its supervisor starts another. A second such error ends it at once, because the state of the process
 * can no longer be trusted.
 * @returns a function that tells whether such an error has occurred.
 */
export function endOnUncaught({ logger, drain, drainMs }: Ending): () => boolean {
  let isEnding = false;
  const end = (error: unknown, origin: string): void => {
    if (isEnding) {
      logger.fatal({ uncaught: describe(error), origin }, 'the gateway ends at once: another uncaught error');
      process.exit(crashExitCode);
    }
    isEnding = true;
    const stop = drain();
    const ms = stop === undefined ? 0 : drainMs;
    logger.fatal({ uncaught: describe(error), origin, drainMs: ms }, 'the gateway ends: an uncaught error');
    if (stop === undefined || ms === 0) process.exit(crashExitCode);
    const exit = () => process.exit(crashExitCode);
    setTimeout(exit, ms + grace);
    stop(ms).then(exit, exit);
  };
  process.on('uncaughtException', end);
  process.on('unhandledRejection', (reason) => end(reason, 'unhandledRejection'));
  return () => isEnding;
}

interface Described {
  type: string;
  message: string;
  code?: unknown;
  stack?: string;
  cause?: Described;
}

/** How many nested causes are logged; a chain of causes may be circular. */
const deepest = 4;

/** Only the fields that help to find the error: others may hold requests, headers or rows, which contain secrets. */
function describe(error: unknown, depth = 0): Described {
  if (!(error instanceof Error)) return { type: typeof error, message: withoutSecrets(String(error)) };
  const { code } = error as NodeJS.ErrnoException;
  return {
    type: error.name,
    message: withoutSecrets(error.message),
    ...(typeof code === 'string' ? { code } : {}),
    ...(error.stack === undefined ? {} : { stack: withoutSecrets(error.stack) }),
    ...(error.cause === undefined || depth === deepest ? {} : { cause: describe(error.cause, depth + 1) }),
  };
}
