import type { ApiErrorBody, ErrorCode } from '@postern/contracts';

type Field = NonNullable<ApiErrorBody['error']['fields']>[number];

/** An answer other than success that a caller can do something about; everything else is a bug or a fault. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: ErrorCode;
  readonly fields: Field[] | undefined;
  readonly headers: Record<string, string>;

  /** @param message a sentence for people that says what to do next. */
  constructor(
    code: ErrorCode,
    message: string,
    more: { fields?: Field[]; headers?: Record<string, string>; cause?: unknown } = {},
  ) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause });
    this.code = code;
    this.fields = more.fields;
    this.headers = more.headers ?? {};
  }
}

/** One answer for what is not there and for what is someone else's. */
export function notFound(): ApiError {
  return new ApiError('not-found', 'Not found, or you do not have access to it.');
}

/** Too soon, or too many at once. @param seconds until it is worth trying again. */
export function rateLimited(seconds: number, message = 'Too many requests.'): ApiError {
  return new ApiError('rate-limited', `${message} Try again in ${seconds} ${seconds === 1 ? 'second' : 'seconds'}.`, {
    headers: { 'retry-after': String(seconds) },
  });
}

/** There are as many of something as there may be. Nobody knows when there will be fewer, so a minute is as good as any. */
export function limitReached(message: string): ApiError {
  return new ApiError('limit-reached', message, { headers: { 'retry-after': '60' } });
}

/** For requests of browsers that do not come from our own pages. */
export function crossSite(publicOrigin: string): ApiError {
  return new ApiError(
    'csrf-refused',
    `The request came from another site and was refused. Postern is at ${publicOrigin}.`,
  );
}
