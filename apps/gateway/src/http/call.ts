import { createParamDecorator, type ExecutionContext, type StreamableFile } from '@nestjs/common';
import type { OperationId, Permission, Role, Routes } from '@postern/contracts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { JoinClaim } from '../identity/join-claims.ts';
import type { Principal } from '../identity/principal.ts';
import type { ApiError } from './api-error.ts';

/** The organization in the path, of which the principal is a member. */
export interface CallOrganization {
  id: string;
  slug: string;
  role: Role;
}

/** What the guard determined about the caller; depends on the route's access. */
type Caller<A> = A extends 'public'
  ? unknown
  : A extends 'join-token'
    ? { claim: JoinClaim }
    : A extends Permission
      ? { principal: Principal; organization: CallOrganization }
      : { principal: Principal };

type Parsed<R, K extends 'params' | 'query' | 'body'> =
  R extends Record<K, infer S extends z.ZodType> ? Record<K, z.output<S>> : unknown;

/** One call of an operation: validated input, and the caller. */
export type Call<O extends OperationId> = Caller<Routes[O]['access']> &
  Parsed<Routes[O], 'params'> &
  Parsed<Routes[O], 'query'> &
  Parsed<Routes[O], 'body'> & {
    request: FastifyRequest;
    /** For setting cookies only; the handler's return value is the response. */
    reply: FastifyReply;
  };

/** The return value of an operation's handler: a stream if it `streams`, undefined if there is no body. */
export type Answer<O extends OperationId> = Routes[O] extends { response: infer S extends z.ZodType }
  ? z.input<S>
  : Routes[O] extends { stream: string }
    ? StreamableFile
    : undefined;

/** What the guard and the interceptor store for a request. */
export interface CallParts {
  /** Set as soon as it is known, also for a request that is then refused. */
  operation?: OperationId;
  caller: object;
  input: { params?: unknown; query?: unknown; body?: unknown };
  /** What was answered, and the error if it was one. */
  answer?: unknown;
  error?: ApiError;
}

const parts = new WeakMap<FastifyRequest, CallParts>();

/** The parts of a request's call. Stored outside the request object, so that nothing a client sends can set them. */
export function partsOf(request: FastifyRequest): CallParts {
  const known = parts.get(request);
  if (known !== undefined) return known;
  const fresh: CallParts = { caller: {}, input: {} };
  parts.set(request, fresh);
  return fresh;
}

/** Parameter decorator: the `Call` of the handler's operation. */
export const CallOf = createParamDecorator((_: unknown, context: ExecutionContext) => {
  const request = context.switchToHttp().getRequest<FastifyRequest>();
  const reply = context.switchToHttp().getResponse<FastifyReply>();
  const { caller, input } = partsOf(request);
  return { ...input, ...caller, request, reply };
});
