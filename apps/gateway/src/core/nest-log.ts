import type { LoggerService } from '@nestjs/common';
import type { Logger } from 'pino';

/** Writes Nest's own messages to our log, except those about its startup. */
export class NestLog implements LoggerService {
  readonly #logger: Logger;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  log(message: unknown): void {
    this.#logger.debug({ nest: message });
  }

  warn(message: unknown): void {
    this.#logger.warn({ nest: message });
  }

  error(message: unknown): void {
    this.#logger.error({ nest: message });
  }

  fatal(message: unknown): void {
    this.#logger.fatal({ nest: message });
  }
}
