import type { Logger } from 'pino';
import { withoutSecrets } from './without-secrets.ts';

/** Of a process that ends by an error of its own; 1 is a start that failed, and tells who restarts it nothing else. */
export const crashExitCode = 70;

interface Ending {
  logger: Pick<Logger, 'fatal'>;
  /** Takes nothing new and lets what is open end, for at most the milliseconds given. Undefined while nothing serves yet. */
  drain: () => ((ms: number) => Promise<void>) | undefined;
  /** Milliseconds that what is open gets; 0 ends at once. */
  drainMs: number;
}

/** Beyond the drain itself: a drain that hangs must not keep a process whose state nobody knows. */
const grace = 1_000;

/**
 * What becomes of an error nobody caught, and of a promise nobody waited for: it is logged with its stack, the process drains
 * briefly and ends with `crashExitCode`, so that what supervises it starts another. A second such error ends it at once, for
 * the state is not one to go on from.
 * @returns whether such an error has come up.
 */
export function endOnUncaught({ logger, drain, drainMs }: Ending): () => boolean {
  let isEnding = false;
  const end = (error: unknown, origin: string): void => {
    if (isEnding) {
      logger.fatal({ uncaught: describe(error), origin }, 'the gateway ends at once: another error nobody caught');
      process.exit(crashExitCode);
    }
    isEnding = true;
    const stop = drain();
    const ms = stop === undefined ? 0 : drainMs;
    logger.fatal({ uncaught: describe(error), origin, drainMs: ms }, 'the gateway ends: an error nobody caught');
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

/** How deep causes are told; a chain may be a ring. */
const deepest = 4;

/** What helps to find the error, and nothing else that somebody hung on it: requests, headers and rows hold secrets. */
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
