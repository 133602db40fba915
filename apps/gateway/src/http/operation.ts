import { HttpCode, RequestMapping, RequestMethod, SetMetadata } from '@nestjs/common';
import { type OperationId, type Route, routes } from '@postern/contracts';
import type { Answer, Call } from './call.ts';

export const apiPrefix = '/api/v1';
const operationKey = 'postern:operation';
const unlistedKey = 'postern:unlisted';

/** Who may call a route that is not in the table of routes. */
export type UnlistedAccess = 'public' | 'join-token';

type Handler<O extends OperationId> = (call: Call<O>) => Promise<Answer<O>>;

/**
 * Binds a handler to an entry in the table of routes: method, path, status and access. The handler takes the `Call` of that
 * operation (`@CallOf()`) and returns its `Answer`.
 */
export function Operation<O extends OperationId>(id: O) {
  const route: Route = routes[id];
  const path = `${apiPrefix}${route.path.replaceAll(/\{(\w+)\}/g, ':$1')}`;
  return <H extends Handler<O>>(target: object, key: string, descriptor: TypedPropertyDescriptor<H>): void => {
    SetMetadata(operationKey, id)(target, key, descriptor);
    RequestMapping({ path, method: RequestMethod[route.method] })(target, key, descriptor);
    HttpCode(route.status)(target, key, descriptor);
  };
}

/** Binds a handler to a GET that is not part of the API (health, the install manifest). */
export function Unlisted(path: string, access: UnlistedAccess) {
  return <H>(target: object, key: string, descriptor: TypedPropertyDescriptor<H>): void => {
    SetMetadata(unlistedKey, access)(target, key, descriptor);
    RequestMapping({ path, method: RequestMethod.GET })(target, key, descriptor);
  };
}

/** How a handler was declared; undefined if it was not, in which case every request is denied. */
export function declarationOf(handler: object): { operation: OperationId } | { unlisted: UnlistedAccess } | undefined {
  const operation: OperationId | undefined = Reflect.getMetadata(operationKey, handler);
  if (operation !== undefined) return { operation };
  const unlisted: UnlistedAccess | undefined = Reflect.getMetadata(unlistedKey, handler);
  return unlisted === undefined ? undefined : { unlisted };
}
