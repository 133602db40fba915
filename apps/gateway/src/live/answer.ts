import type { SocketError } from '@postern/contracts';
import { parseUntrusted } from '@postern/tunnel';
import type { Logger } from 'pino';
import type { z } from 'zod';

/** Tells the browser; an event without an acknowledgement is told nothing. Only the first answer counts. */
export type Answer<T> = (answer: T | SocketError) => void;

/** How an event is served. */
export interface EventRules<S extends z.ZodType> {
  /** What comes with the event: a client decides what it sends. */
  schema: S;
  logger: Logger;
  /** What is said when serving it failed inside: a sentence with what to do next. */
  failed: string;
}

type Listener = (request: unknown, acknowledgement?: unknown) => void;

/**
 * A listener for one event that nothing gets past: the request is parsed, the acknowledgement may be missing or no function,
 * and whatever the handler throws, now or later, is logged and answered.
 */
export function listener<S extends z.ZodType, T>(
  { schema, logger, failed }: EventRules<S>,
  handle: (request: z.output<S>, answer: Answer<T>) => void | Promise<void>,
): Listener {
  return (request, acknowledgement) => {
    const answer = answerOf<T>(acknowledgement);
    const work = async (): Promise<void> => {
      const parsed = parseUntrusted(schema, request);
      if (parsed.success) await handle(parsed.data, answer);
      else answer(malformed(parsed.error));
    };
    work().catch((error: unknown) => {
      logger.error({ error }, 'a live event failed');
      answer(socketError('unavailable', failed));
    });
  };
}

/** A way to answer that never throws. */
export function answerOf<T>(acknowledgement: unknown): Answer<T> {
  let isAnswered = false;
  return (answer) => {
    if (isAnswered || typeof acknowledgement !== 'function') return;
    isAnswered = true;
    try {
      acknowledgement(answer);
    } catch {
      // The connection is gone, and nobody is left to be told.
    }
  };
}

export function socketError(code: string, message: string): SocketError {
  return { error: { code, message } };
}

/** @param seconds until it is worth trying again. */
export function tooMuch(seconds: number, message: string): SocketError {
  return { error: { code: 'limit', message, retryAfterSeconds: seconds } };
}

function malformed(error: z.ZodError): SocketError {
  const [issue] = error.issues;
  const field = issue === undefined || issue.path.length === 0 ? 'the request' : issue.path.join('.');
  return socketError('invalid-request', `${field}: ${issue?.message ?? 'malformed'}`);
}
