import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import { type Route, routes } from '@postern/contracts';
import { parseUntrusted } from '@postern/tunnel';
import type { FastifyRequest } from 'fastify';
import { map, type Observable } from 'rxjs';
import { z } from 'zod';
import { ApiError, notFound } from './api-error.ts';
import { partsOf } from './call.ts';
import { declarationOf } from './operation.ts';

/**
 * Enforces the contract in both directions: input is parsed strictly with the schemas of the operation, and so is output, so
 * that a field that is not in the contract is never sent.
 */
export class ContractInterceptor implements NestInterceptor {
  /** @throws {ApiError} 400 that names each invalid field; 404 for a path parameter that cannot match anything. */
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const declared = declarationOf(context.getHandler());
    if (declared === undefined || !('operation' in declared)) return next.handle();
    const route: Route = routes[declared.operation];
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    partsOf(request).input = {
      ...(route.params === undefined ? {} : { params: parseParams(route.params, request.params) }),
      ...(route.query === undefined ? {} : { query: parse(z.strictObject(route.query.shape), request.query) }),
      ...(route.body === undefined ? {} : { body: parse(route.body, request.body) }),
    };
    if (route.body === undefined && !isEmpty(request.body))
      throw new ApiError('invalid-request', 'This operation takes no body.');
    return next.handle().pipe(
      map((answer: unknown) => {
        // A stream is not JSON: its handler answers for its form.
        if (route.stream !== undefined) return answer;
        const checked = route.response?.parse(answer);
        partsOf(request).answer = checked;
        return checked;
      }),
    );
  }
}

function parseParams(schema: z.ZodType, value: unknown): unknown {
  const parsed = parseUntrusted(schema, value);
  if (!parsed.success) throw notFound();
  return parsed.data;
}

function parse(schema: z.ZodType, value: unknown): unknown {
  const parsed = parseUntrusted(schema, value ?? {});
  if (parsed.success) return parsed.data;
  const fields = parsed.error.issues.flatMap(({ path, message, ...issue }) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => ({ path: [...path, key].join('.'), message: 'Unknown field' }))
      : [{ path: path.join('.'), message }],
  );
  const first = fields.filter(({ path }, index) => fields.findIndex((other) => other.path === path) === index);
  const names = first.map(({ path }) => path || 'the body');
  throw new ApiError('invalid-request', `Missing or invalid: ${[...new Set(names)].slice(0, 10).join(', ')}.`, {
    fields: first.slice(0, 50),
  });
}

function isEmpty(body: unknown): boolean {
  return body === undefined || body === null || (typeof body === 'object' && Object.keys(body).length === 0);
}
