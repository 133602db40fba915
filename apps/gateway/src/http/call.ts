import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { OperationId, Permission, Role, Routes } from '@postern/contracts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { JoinClaim } from '../identity/join-claims.ts';
import type { Principal } from '../identity/principal.ts';

/** The organization in the path, of which the principal is a member. */
export interface CallOrganization {
  id: string;
  slug: string;
  role: Role;
}

/** What the guard found out about the caller, by the access of the route. */
type Caller<A> = A extends 'public'
  ? unknown
  : A extends 'join-token'
    ? { claim: JoinClaim }
    : A extends Permission
      ? { principal: Principal; organization: CallOrganization }
      : { principal: Principal };

type Parsed<R, K extends 'params' | 'query' | 'body'> =
  R extends Record<K, infer S extends z.ZodType> ? Record<K, z.output<S>> : unknown;

/** One call of an operation: checked input, and who calls. */
export type Call<O extends OperationId> = Caller<Routes[O]['access']> &
  Parsed<Routes[O], 'params'> &
  Parsed<Routes[O], 'query'> &
  Parsed<Routes[O], 'body'> & {
    request: FastifyRequest;
    /** For cookies only; the answer is what the handler returns. */
    reply: FastifyReply;
  };

/** What the handler of an operation answers; undefined where there is no body. */
export type Answer<O extends OperationId> = Routes[O] extends { response: infer S extends z.ZodType }
  ? z.input<S>
  : undefined;

/** What the guard and the interceptor leave on a request. */
export interface CallParts {
  caller: object;
  input: { params?: unknown; query?: unknown; body?: unknown };
}

const parts = new WeakMap<FastifyRequest, CallParts>();

/** The parts of the call that a request is. Kept apart from the request, so that nothing a client sends can name them. */
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
