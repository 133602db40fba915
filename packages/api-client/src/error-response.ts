import type { ApiErrorBody } from '@postern/contracts';
import { ApiError } from './api-error.ts';

/** The error for a response that is not 2xx, including one written by a proxy, which is not our JSON. */
export async function errorOf(response: Response): Promise<ApiError> {
  const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN);
  const seconds = Number.isFinite(retryAfter) ? retryAfter : undefined;
  const body: unknown = await response.json().catch(() => undefined);
  if (isApiErrorBody(body)) return new ApiError(response.status, body.error, seconds);
  const code = response.status === 503 || response.status === 502 ? 'unavailable' : 'internal';
  return new ApiError(
    response.status,
    { code, message: `The gateway answered ${response.status} ${response.statusText}`.trim() },
    seconds,
  );
}

function isApiErrorBody(body: unknown): body is ApiErrorBody {
  if (typeof body !== 'object' || body === null || !('error' in body)) return false;
  const { error } = body;
  return (
    typeof error === 'object' &&
    error !== null &&
    'code' in error &&
    'message' in error &&
    typeof error.message === 'string'
  );
}
