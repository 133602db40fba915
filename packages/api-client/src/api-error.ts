import type { ApiErrorBody, ErrorCode } from '@postern/contracts';

/** The gateway refused a call. `message` is meant for people. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  readonly code: ErrorCode;
  readonly fields: readonly { path: string; message: string }[];
  readonly requestId: string | undefined;
  /** Seconds to wait before the next attempt, from `Retry-After`. */
  readonly retryAfterSeconds: number | undefined;

  constructor(status: number, error: ApiErrorBody['error'], retryAfterSeconds?: number) {
    super(error.message);
    this.status = status;
    this.code = error.code;
    this.fields = error.fields ?? [];
    this.requestId = error.requestId;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** The gateway could not be reached: no network, no such host, an untrusted certificate, or no response in time. */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError';
}
