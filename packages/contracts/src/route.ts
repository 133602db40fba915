import type { z } from 'zod';
import type { ErrorCode } from './errors.ts';
import type { Permission } from './permissions.ts';

/**
 * Who may call a route. `public`: anyone; `user`: any signed-in person; `join-token`: an agent that enrols; a permission: a
 * member of the organization in the path whose role has it. There is no default: a route without access does not compile.
 */
export type RouteAccess = 'public' | 'user' | 'join-token' | Permission;

/** One route of the REST API, from which the OpenAPI document, the gateway's checks and the client are derived. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Relative to `/api/v1`; parameters in braces, as in OpenAPI. */
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  readonly access: RouteAccess;
  /**
   * Whether the caller must have proved within the last five minutes who they are: by the second factor, or by the password if
   * the account has none. Otherwise the answer is `step-up-required`.
   */
  readonly freshness?: true;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  /** Whether a read is recorded in the audit trail; everything but reads always is. */
  readonly audited?: true;
  /** If this and `stream` are undefined, the response is 204 without a body. */
  readonly response?: z.ZodType;
  /** The type of a body that is streamed as it is, instead of JSON. */
  readonly stream?: string;
  readonly status: 200 | 201 | 204;
  /** Errors in addition to those common to all routes with the same access. */
  readonly errors: readonly ErrorCode[];
}
