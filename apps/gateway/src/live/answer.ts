import type { SocketError } from '@postern/contracts';
import { parseUntrusted } from '@postern/tunnel';
import type { Logger } from 'pino';
import type { z } from 'zod';
import { logFailure } from '../database/log-failure.ts';

/** Sends the acknowledgement; does nothing if the event has none. Only the first answer counts. */
export type Answer<T> = (answer: T | SocketError) => void;

/** How an event is handled. */
export interface EventRules<S extends z.ZodType> {
  /** Schema of the event's untrusted argument. */
  schema: S;
  logger: Logger;
  /** The message for an internal error; says what to do next. */
  failed: string;
}

type Listener = (request: unknown, acknowledgement?: unknown) => void;

/**
 * A safe listener for one event: the argument is parsed, the acknowledgement may be missing or not a function, and anything
 * that the handler throws, synchronously or not, is logged and answered.
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
      logFailure(logger, error, 'a live event failed');
      answer(socketError('unavailable', failed));
    });
  };
}

/** Wraps an acknowledgement so that it never throws. */
export function answerOf<T>(acknowledgement: unknown): Answer<T> {
  let isAnswered = false;
  return (answer) => {
    if (isAnswered || typeof acknowledgement !== 'function') return;
    isAnswered = true;
    try {
      acknowledgement(answer);
    } catch {
      // The connection has closed.
    }
  };
}

export function socketError(code: string, message: string): SocketError {
  return { error: { code, message } };
}

/** @param seconds when to retry. */
export function tooMuch(seconds: number, message: string): SocketError {
  return { error: { code: 'limit', message, retryAfterSeconds: seconds } };
}

function malformed(error: z.ZodError): SocketError {
  const { path = [], message = 'malformed' } = error.issues[0] ?? {};
  const field = path.length === 0 ? 'the request' : path.join('.');
  return socketError('invalid-request', `${field}: ${message}`);
}
