import { ApiError } from '../api/api-error.ts';

/**
 * Says on standard error what went wrong in the demo cluster, where nobody waits for an answer. What a client stored may be
 * nothing that anybody foresaw: it stops one step of one controller, never the demo.
 */
function reportBug(where: string, error: unknown): void {
  process.stderr.write(`${where}: ${error instanceof Error ? error.stack : error}\n`);
}

/** Does one step; when that throws, says so and goes on. */
export function attempt(where: string, step: () => void): void {
  try {
    step();
  } catch (error) {
    // A refusal, such as that of a full store, is no bug.
    if (!(error instanceof ApiError)) reportBug(where, error);
  }
}
