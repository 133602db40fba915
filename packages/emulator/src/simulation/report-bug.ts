import { ApiError } from '../api/api-error.ts';

/**
 * Prints errors in the demo cluster's background work to standard error. An unexpected object stored by a client may stop one
 * step of one controller, but never the demo.
 */
function reportBug(where: string, error: unknown): void {
  process.stderr.write(`${where}: ${error instanceof Error ? error.stack : error}\n`);
}

/** Runs one step; reports an error and continues. */
export function attempt(where: string, step: () => void): void {
  try {
    step();
  } catch (error) {
    // A refusal, such as that of a full store, is not a bug.
    if (!(error instanceof ApiError)) reportBug(where, error);
  }
}
