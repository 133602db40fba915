import { badRequest } from '../api/api-error.ts';
import type { KubeObject } from '../model/object.ts';
import type { ResourceKey } from './store.ts';

/** Selectable fields of a resource in addition to name and namespace, with their default values. */
const selectable: Record<ResourceKey, Record<string, string>> = {
  pods: {
    'spec.nodeName': '',
    'spec.restartPolicy': '',
    'spec.schedulerName': '',
    'spec.serviceAccountName': '',
    'spec.hostNetwork': 'false',
    'status.phase': '',
    'status.podIP': '',
    'status.nominatedNodeName': '',
  },
  events: {
    'involvedObject.kind': '',
    'involvedObject.namespace': '',
    'involvedObject.name': '',
    'involvedObject.uid': '',
    'involvedObject.apiVersion': '',
    'involvedObject.resourceVersion': '',
    'involvedObject.fieldPath': '',
    reason: '',
    reportingComponent: '',
    'source.component': '',
    type: '',
  },
  secrets: { type: '' },
  namespaces: { 'status.phase': '' },
  nodes: { 'spec.unschedulable': 'false' },
  services: { 'spec.clusterIP': '', 'spec.type': '' },
  'replicasets.apps': { 'status.replicas': '0' },
  'jobs.batch': { 'status.successful': '0' },
};

/** Selectable fields whose path in the object is different. */
const paths: Record<string, string> = { 'status.successful': 'status.succeeded' };

/**
 * Parses `metadata.name=web,status.phase!=Running`.
 * @throws ApiError 400 for a field that is not selectable for this resource.
 */
export function parseFieldSelector(resource: ResourceKey, text: string): (object: KubeObject) => boolean {
  const terms = text
    .split(',')
    .filter((term) => term !== '')
    .map((term) => {
      const match = /^(?<field>[^=!]+)(?<operator>!=|==|=)(?<value>.*)$/.exec(term)?.groups;
      if (match === undefined) {
        throw badRequest(`invalid selector: '${term}'; can't understand '${term}'`);
      }
      const field = match['field'] ?? '';
      return {
        field,
        fallback: fallbackOf(resource, field),
        negated: match['operator'] === '!=',
        value: match['value'],
      };
    });
  return (object) =>
    terms.every(({ field, fallback, negated, value }) => (valueAt(object, field, fallback) === value) !== negated);
}

function fallbackOf(resource: ResourceKey, field: string): string {
  const fallback = field === 'metadata.name' || field === 'metadata.namespace' ? '' : selectable[resource]?.[field];
  if (fallback === undefined) throw badRequest(`field label not supported: ${field}`);
  return fallback;
}

function valueAt(object: KubeObject, field: string, fallback: string): string {
  let value: unknown = object;
  for (const step of (paths[field] ?? field).split('.')) {
    value = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[step] : undefined;
  }
  return value === undefined || value === null ? fallback : String(value);
}
