import type { ApiErrorBody, ErrorCode } from '@postern/contracts';

type Field = NonNullable<ApiErrorBody['error']['fields']>[number];

/** Whose account or organization a refused request was about, where neither its path nor its credential says so. */
export type ErrorSubject = { email: string } | { organizationId: string };

/** An error response that the caller can act on; any other error is a bug or a fault. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: ErrorCode;
  readonly fields: Field[] | undefined;
  readonly headers: Record<string, string>;
  /** For the audit trail; never sent. */
  readonly about: ErrorSubject | undefined;

  /** @param message for people; says what to do next. */
  constructor(
    code: ErrorCode,
    message: string,
    more: { fields?: Field[]; headers?: Record<string, string>; about?: ErrorSubject; cause?: unknown } = {},
  ) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause });
    this.code = code;
    this.fields = more.fields;
    this.headers = more.headers ?? {};
    this.about = more.about;
  }
}

/** The same response for what does not exist and for what is someone else's. */
export function notFound(): ApiError {
  return new ApiError('not-found', 'Not found, or you do not have access to it.');
}

/** Too many requests. @param seconds when to retry. */
export function rateLimited(seconds: number, message = 'Too many requests.'): ApiError {
  return new ApiError('rate-limited', `${message} Try again in ${seconds} ${seconds === 1 ? 'second' : 'seconds'}.`, {
    headers: { 'retry-after': String(seconds) },
  });
}

/** A limit on a number of objects is reached. It is unknown when there will be room, so the retry time is one minute. */
export function limitReached(message: string): ApiError {
  return new ApiError('limit-reached', message, { headers: { 'retry-after': '60' } });
}

/** For a browser's requests that do not come from our own pages. */
export function crossSite(publicOrigin: string): ApiError {
  return new ApiError(
    'csrf-refused',
    `The request came from another site and was refused. Postern is at ${publicOrigin}.`,
  );
}
