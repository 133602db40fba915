import type { Workload } from '../model/kinds.ts';
import { formatLabelSelector } from '../store/label-selector.ts';
import { badRequest } from './api-error.ts';
import type { ResourceExchange } from './exchange.ts';
import { isFields } from './fields.ts';
import { patched } from './patch.ts';
import { replace, type WriteContext } from './write.ts';

/** The Scale (autoscaling/v1) of a workload. */
export function readScale(workload: Workload): { kind: string } & Record<string, unknown> {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = workload.metadata;
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: { replicas: workload.spec.replicas ?? 0 },
    status: { replicas: workload.status?.replicas ?? 0, selector: formatLabelSelector(workload.spec.selector) },
  };
}

/** Sets the number of replicas, from a whole Scale or a patch of one. @throws ApiError 400, 404, 409. */
export function writeScale(context: WriteContext, exchange: ResourceExchange, body: unknown): object {
  const { resource, namespace, name, request } = exchange;
  const workload = context.store.get(resource.key, namespace, name) as Workload;
  const contentType = request.headers['content-type']?.split(';')[0]?.trim();
  const scale = request.method === 'PATCH' ? patched(readScale(workload), body, contentType) : body;
  exchange.validation?.checkPatched(scale);
  const spec = isFields(scale) && isFields(scale['spec']) ? scale['spec'] : {};
  const replicas = spec['replicas'] ?? 0;
  if (typeof replicas !== 'number' || !Number.isSafeInteger(replicas) || replicas < 0 || replicas > 200) {
    throw badRequest('spec.replicas must be a number from 0 to 200');
  }
  const metadata = isFields(scale) && isFields(scale['metadata']) ? scale['metadata'] : {};
  const resourceVersion = typeof metadata['resourceVersion'] === 'string' ? metadata['resourceVersion'] : '';
  const next = {
    ...workload,
    metadata: { ...workload.metadata, resourceVersion },
    spec: { ...workload.spec, replicas },
  };
  return readScale(replace(context, { ...exchange, subresource: '' }, { current: workload, next }) as Workload);
}
