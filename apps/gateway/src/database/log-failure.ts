import type { Logger } from 'pino';
import { isUnreachable } from './database.ts';

/**
 * Logs an unexpected error: as a warning if the database cannot be reached, which is not a fault of this program, otherwise as an
 * error.
 */
export function logFailure(logger: Logger, error: unknown, message: string, more: Record<string, unknown> = {}): void {
  logger[isUnreachable(error) ? 'warn' : 'error']({ ...more, error }, message);
}
