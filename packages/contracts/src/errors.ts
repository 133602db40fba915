import { z } from 'zod';

/** Every error code of the REST API with its HTTP status. The OpenAPI document is generated from this table. */
export const errorCodes = {
  'invalid-request': 400,
  unauthenticated: 401,
  'invalid-credentials': 401,
  forbidden: 403,
  'csrf-refused': 403,
  'step-up-required': 403,
  'second-factor-required': 403,
  'not-found': 404,
  conflict: 409,
  'join-token-used': 409,
  'email-not-configured': 409,
  gone: 410,
  'payload-too-large': 413,
  'unsupported-media-type': 415,
  'rate-limited': 429,
  'limit-reached': 429,
  internal: 500,
  unavailable: 503,
  'agent-offline': 503,
} as const;

export type ErrorCode = keyof typeof errorCodes;

/** The body of every error of the REST API. `message` is meant for people and says what to do next. */
export const ApiErrorBody = z.object({
  error: z.object({
    code: z.enum(Object.keys(errorCodes) as [ErrorCode, ...ErrorCode[]]),
    message: z.string(),
    /** One entry per invalid field; `path` is dotted (`labels.team`). */
    fields: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
    requestId: z.string().optional(),
  }),
});
export type ApiErrorBody = z.infer<typeof ApiErrorBody>;
