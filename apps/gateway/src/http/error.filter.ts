import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException } from '@nestjs/common';
import { type ApiErrorBody, type ErrorCode, errorCodes } from '@postern/contracts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { isUnreachable } from '../database/database.ts';
import { PasswordsBusyError } from '../identity/passwords.ts';
import { ApiError } from './api-error.ts';
import { partsOf } from './call.ts';

/** Our messages for requests that Fastify or Nest refuse before any handler. */
const byStatus: Record<number, { code: ErrorCode; message: string }> = {
  400: { code: 'invalid-request', message: 'The request is malformed: its body must be one JSON value.' },
  404: { code: 'not-found', message: 'There is no such path. See /api/docs.' },
  413: { code: 'payload-too-large', message: 'The body is larger than 64 KiB.' },
  415: { code: 'unsupported-media-type', message: 'The body must be JSON: send Content-Type: application/json.' },
};

/** Sends an error response in the common form. */
export function sendError(reply: FastifyReply, error: ApiError, requestId: string): void {
  const { code, message, fields } = error;
  const body: ApiErrorBody = { error: { code, message, ...(fields === undefined ? {} : { fields }), requestId } };
  void reply
    .status(errorCodes[code])
    .headers({ ...error.headers, 'content-type': 'application/json; charset=utf-8' })
    .send(JSON.stringify(body));
}

/** Turns every thrown value into a response, never with a stack. */
@Catch()
export class ErrorFilter implements ExceptionFilter {
  readonly #logger: Logger;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  catch(thrown: unknown, host: ArgumentsHost): void {
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const error = this.#known(thrown, request);
    partsOf(request).error = error;
    if (reply.sent) return;
    sendError(reply, error, request.id);
  }

  #known(thrown: unknown, request: FastifyRequest): ApiError {
    if (thrown instanceof ApiError) return thrown;
    if (thrown instanceof PasswordsBusyError)
      return new ApiError('unavailable', 'Too many people are signing in right now. Try again in a few seconds.');
    const refused = byStatus[statusOf(thrown)];
    if (refused !== undefined) return new ApiError(refused.code, refused.message);
    const requestId = request.id;
    if (isUnreachable(thrown)) {
      this.#logger.warn({ requestId, error: thrown }, 'the database cannot be reached');
      return new ApiError('unavailable', 'Postern cannot reach its database right now. Try again shortly.', {
        headers: { 'retry-after': '2' },
      });
    }
    this.#logger.error({ requestId, error: thrown }, 'a request failed inside Postern');
    return new ApiError('internal', 'Something went wrong inside Postern. Quote the request ID when you report this.');
  }
}

/** The status of an error from a framework; 500 for any other. */
function statusOf(thrown: unknown): number {
  if (thrown instanceof HttpException) return thrown.getStatus();
  if (!(thrown instanceof Error)) return 500;
  const { statusCode, code } = thrown as Error & { statusCode?: unknown; code?: unknown };
  const isFastifys = typeof code === 'string' && code.startsWith('FST_ERR_');
  return isFastifys && typeof statusCode === 'number' ? (statusCode === 414 ? 404 : statusCode) : 500;
}
