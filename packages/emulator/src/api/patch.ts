import type { KubeObject } from '../model/object.ts';
import { typeOfKind } from '../schema/types.ts';
import { ApiError } from './api-error.ts';
import type { ResourceExchange } from './exchange.ts';
import { isFields } from './fields.ts';
import { jsonPatch } from './json-patch.ts';
import { mergePatch, strategicMerge } from './merge.ts';
import { create, replace, type WriteContext } from './write.ts';

/**
 * Patches an object in one of the four ways. An apply patch creates a missing object and merges into an existing one; the
 * emulator has no field managers, so it never conflicts and never removes a field that a later apply omits.
 * @returns whether the object is new.
 * @throws ApiError like create and update, and 415.
 */
export function patch(
  context: WriteContext,
  exchange: ResourceExchange,
  body: unknown,
): { object: KubeObject; created: boolean } {
  const { resource, namespace, name } = exchange;
  const type = exchange.request.headers['content-type']?.split(';')[0]?.trim();
  const current = context.store.find(resource.key, namespace, name);
  if (type === 'application/apply-patch+yaml') exchange.validation?.checkApplied();
  if (type === 'application/apply-patch+yaml' && current === undefined) {
    const metadata = isFields(body) && isFields(body['metadata']) ? body['metadata'] : {};
    const object = create(context, exchange, { ...(isFields(body) ? body : {}), metadata: { ...metadata, name } });
    return { object, created: true };
  }
  const before = current ?? context.store.get(resource.key, namespace, name);
  const next = patched(before, body, type);
  exchange.validation?.checkPatched(next);
  return { object: replace(context, exchange, { current: before, next: next as KubeObject }), created: false };
}

/** The patched document. */
export function patched(document: { kind: string }, body: unknown, contentType: string | undefined): unknown {
  switch (contentType) {
    case 'application/json-patch+json':
      return jsonPatch(document, body);
    case 'application/merge-patch+json':
      return mergePatch(document, body);
    case 'application/strategic-merge-patch+json':
    case 'application/apply-patch+yaml':
      return strategicMerge(document, body, typeOfKind(document.kind));
    default:
      throw new ApiError(
        415,
        'UnsupportedMediaType',
        'the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/strategic-merge-patch+json, application/apply-patch+yaml',
      );
  }
}
