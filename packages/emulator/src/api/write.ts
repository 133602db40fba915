import { isDeepStrictEqual } from 'node:util';
import type { Role, RoleBinding } from '../model/kinds.ts';
import { type KubeObject, type Manifest, timestamp } from '../model/object.ts';
import { randomSuffix } from '../model/random-suffix.ts';
import { validateKind } from '../schema/validate.ts';
import type { Clock } from '../simulation/clock.ts';
import type { Store } from '../store/store.ts';
import { checkRules, setDefaults } from './admission.ts';
import { ApiError, alreadyExists, badRequest, conflict, invalid, notFound } from './api-error.ts';
import type { ResourceExchange } from './exchange.ts';
import { type Fields, isFields } from './fields.ts';
import { selector } from './list.ts';
import type { Authorizer } from './rbac.ts';

export interface WriteContext {
  store: Store;
  clock: Clock;
  authorizer: Authorizer;
}

const isDryRun = ({ query }: ResourceExchange) => query.getAll('dryRun').includes('All');

/** Creates an object from the body. @throws ApiError 400, 403, 404 (namespace), 409, 422. */
export function create(context: WriteContext, exchange: ResourceExchange, body: unknown): KubeObject {
  const manifest = identify(exchange, body);
  const { metadata } = manifest;
  if (metadata.name === undefined && metadata.generateName !== undefined) {
    metadata.name = `${metadata.generateName}${randomSuffix(5)}`;
  }
  const { namespace } = exchange;
  if (exchange.resource.namespaced && namespace === '') {
    throw badRequest('an empty namespace may not be set during creation');
  }
  const home = namespace === '' ? undefined : context.store.find('namespaces', '', namespace);
  if (namespace !== '' && home === undefined) throw notFound('namespaces', namespace);
  if (home?.metadata.deletionTimestamp !== undefined) {
    const message = `${exchange.resource.plural} "${metadata.name}" is forbidden: unable to create new content in namespace ${namespace} because it is being terminated`;
    throw new ApiError(403, 'Forbidden', message, { name: metadata.name ?? '', kind: exchange.resource.plural });
  }
  if (exchange.resource.subresources.some((one) => one.name === 'status')) manifest['status'] = undefined;
  delete metadata['managedFields' as keyof typeof metadata];
  const object = check(context, exchange, manifest as KubeObject);
  if (object['spec'] !== undefined && exchange.resource.subresources.some(({ name }) => name === 'status')) {
    object.metadata.generation = 1;
  }
  if (!isDryRun(exchange)) return context.store.create(exchange.resource.key, object);
  if (context.store.find(exchange.resource.key, namespace, object.metadata.name)) {
    throw alreadyExists(exchange.resource.key, object.metadata.name);
  }
  const now = timestamp(context.clock.now());
  return { ...object, metadata: { ...object.metadata, creationTimestamp: now } };
}

/** Replaces an object with the body. @throws ApiError 400, 404, 409, 422. */
export function update(context: WriteContext, exchange: ResourceExchange, body: unknown): KubeObject {
  const current = context.store.get(exchange.resource.key, exchange.namespace, exchange.name);
  const manifest = identify(exchange, body);
  if ((manifest.metadata.name ?? exchange.name) !== exchange.name) {
    const { name } = manifest.metadata;
    throw badRequest(`the name of the object (${name}) does not match the name on the URL (${exchange.name})`);
  }
  return replace(context, exchange, { current, next: manifest as KubeObject });
}

/** Stores `next` in place of `current`, keeping the server's own metadata and all fields outside the subresource. */
export function replace(
  context: WriteContext,
  exchange: ResourceExchange,
  { current, next }: { current: KubeObject; next: KubeObject },
): KubeObject {
  const { resource, subresource } = exchange;
  const version = next.metadata.resourceVersion;
  if (version !== undefined && version !== '' && version !== current.metadata.resourceVersion) {
    const why = 'the object has been modified; please apply your changes to the latest version and try again';
    throw conflict(resource.key, exchange.name, why);
  }
  const isStatus = subresource === 'status';
  const hasStatus = resource.subresources.some(({ name }) => name === 'status');
  const wanted: KubeObject = isStatus
    ? { ...current, status: next['status'] }
    : { ...next, ...(hasStatus ? { status: current['status'] } : {}) };
  const kept = current.metadata;
  const metadata = {
    ...(isStatus ? kept : wanted.metadata),
    name: kept.name,
    uid: kept.uid,
    resourceVersion: kept.resourceVersion,
    creationTimestamp: kept.creationTimestamp,
    ...(kept.namespace === undefined ? {} : { namespace: kept.namespace }),
    ...(kept.generateName === undefined ? {} : { generateName: kept.generateName }),
    ...(kept.generation === undefined ? {} : { generation: kept.generation }),
    ...(kept.deletionTimestamp === undefined ? {} : { deletionTimestamp: kept.deletionTimestamp }),
  };
  delete (metadata as Fields)['managedFields'];
  const object = check(context, exchange, structuredClone({ ...wanted, metadata }));
  refuseImmutable(current, object);
  if (kept.generation !== undefined && !isDeepStrictEqual(current['spec'], object['spec'])) {
    object.metadata.generation = kept.generation + 1;
  }
  if (isDryRun(exchange)) return object;
  const stored = context.store.update(resource.key, object);
  if (stored.metadata.deletionTimestamp !== undefined && (stored.metadata.finalizers ?? []).length === 0) {
    if (resource.key !== 'pods' && resource.key !== 'namespaces') context.store.remove(resource.key, stored);
  }
  return stored;
}

/**
 * Deletes one object: pods end gracefully, namespaces once they are empty, objects with finalizers once those are removed.
 * @returns the object if it still exists, undefined if it was deleted.
 * @throws ApiError 404, 409 if a precondition fails.
 */
export function remove(context: WriteContext, exchange: ResourceExchange, body: unknown): KubeObject | undefined {
  const { store, clock } = context;
  const { resource } = exchange;
  const object = store.get(resource.key, exchange.namespace, exchange.name);
  const options = isFields(body) ? body : {};
  const preconditions = isFields(options['preconditions']) ? options['preconditions'] : {};
  for (const field of ['uid', 'resourceVersion'] as const) {
    const expected = preconditions[field];
    if (expected !== undefined && expected !== object.metadata[field]) {
      const why = `Precondition failed: ${field} in precondition: ${String(expected)}, in object meta: ${object.metadata[field]}`;
      throw conflict(resource.key, exchange.name, why);
    }
  }
  if (isDryRun(exchange)) return object;
  if (options['propagationPolicy'] === 'Orphan' || exchange.query.get('propagationPolicy') === 'Orphan') {
    orphanDependents(store, object);
  }
  const grace = Number(options['gracePeriodSeconds'] ?? exchange.query.get('gracePeriodSeconds') ?? Number.NaN);
  const lingers = resource.key === 'pods' ? grace !== 0 : resource.key === 'namespaces';
  if (!lingers && (object.metadata.finalizers ?? []).length === 0) {
    store.remove(resource.key, object);
    return undefined;
  }
  if (object.metadata.deletionTimestamp !== undefined) return object;
  const seconds = Number.isFinite(grace) && grace >= 0 ? grace : resource.key === 'pods' ? 30 : 0;
  return store.modify(resource.key, object, (draft) => {
    draft.metadata.deletionTimestamp = timestamp(clock.now() + seconds * 1_000);
    draft.metadata.deletionGracePeriodSeconds = seconds;
    if (resource.key === 'namespaces') draft['status'] = { phase: 'Terminating' };
  });
}

/** Deletes all selected objects. @returns them. */
export function removeAll(context: WriteContext, exchange: ResourceExchange, body: unknown): KubeObject[] {
  const matches = selector(exchange);
  const objects = context.store.list(exchange.resource.key, exchange.namespace).filter(matches);
  for (const { metadata } of objects) {
    const { name, namespace = '' } = metadata;
    remove(context, { ...exchange, name, namespace }, body);
  }
  return objects;
}

/** Checks that the body is an object of this resource and namespace. */
function identify({ resource, namespace }: ResourceExchange, body: unknown): Manifest {
  const apiVersion = resource.group === '' ? resource.version : `${resource.group}/${resource.version}`;
  if (!isFields(body)) throw badRequest('the object provided is unrecognized: expected an object');
  if ((body['kind'] ?? resource.kind) !== resource.kind || (body['apiVersion'] ?? apiVersion) !== apiVersion) {
    const given = `${String(body['apiVersion'])}, Kind=${String(body['kind'])}`;
    throw badRequest(
      `the object provided (${given}) does not match the expected one (${apiVersion}, Kind=${resource.kind})`,
    );
  }
  const metadata = isFields(body['metadata']) ? body['metadata'] : {};
  const given = metadata['namespace'];
  if (given !== undefined && given !== namespace) {
    const message = `the namespace of the provided object does not match the namespace sent on the request`;
    throw badRequest(message);
  }
  const home = namespace === '' ? {} : { namespace };
  const manifest = { ...body, apiVersion, kind: resource.kind, metadata: { ...metadata, ...home } };
  return structuredClone(manifest) as unknown as Manifest;
}

/** Checks the schema, sets defaults, checks the rules. */
function check(context: WriteContext, exchange: ResourceExchange, object: KubeObject): KubeObject {
  const { resource, user, namespace } = exchange;
  if (typeof object.metadata.name !== 'string' || object.metadata.name === '') {
    const kind = resource.group === '' ? resource.kind : `${resource.kind}.${resource.group}`;
    throw invalid(kind, '', { field: 'metadata.name', message: 'Required value: name or generateName is required' });
  }
  if (object['status'] === undefined) delete object['status'];
  validateKind(resource.kind, object, () => exchange.validation?.checkObject());
  setDefaults(object, context.store);
  checkRules(object);
  if (resource.kind === 'Role' || resource.kind === 'ClusterRole') {
    context.authorizer.demandAll(user, namespace, (object as Role).rules ?? []);
  } else if (resource.kind === 'RoleBinding' || resource.kind === 'ClusterRoleBinding') {
    context.authorizer.demandAll(user, namespace, context.authorizer.rulesBehind(object as RoleBinding));
  }
  return object;
}

/** Refuses changes to immutable fields. */
function refuseImmutable(current: KubeObject, next: KubeObject): void {
  const selectorOf = (object: KubeObject) => (isFields(object['spec']) ? object['spec']['selector'] : undefined);
  const isWorkload = ['Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'Job'].includes(current.kind);
  const group = current.apiVersion.split('/')[0] ?? '';
  if (isWorkload && !isDeepStrictEqual(selectorOf(current), selectorOf(next))) {
    const message = `Invalid value: ${JSON.stringify(selectorOf(next))}: field is immutable`;
    throw invalid(`${current.kind}.${group}`, current.metadata.name, { field: 'spec.selector', message });
  }
  if (current['roleRef'] !== undefined && !isDeepStrictEqual(current['roleRef'], next['roleRef'])) {
    throw invalid(`${current.kind}.${group}`, current.metadata.name, {
      field: 'roleRef',
      message: 'Invalid value: cannot change roleRef',
    });
  }
}

function orphanDependents(store: Store, owner: KubeObject): void {
  for (const resource of ['pods', 'replicasets.apps', 'jobs.batch']) {
    for (const object of store.list(resource, owner.metadata.namespace ?? '')) {
      const owners = object.metadata.ownerReferences ?? [];
      if (!owners.some(({ uid }) => uid === owner.metadata.uid)) continue;
      store.modify(resource, object, (draft) => {
        draft.metadata.ownerReferences = owners.filter(({ uid }) => uid !== owner.metadata.uid);
      });
    }
  }
}
