import type { Pod } from '../model/kinds.ts';
import type { KubeObject } from '../model/object.ts';
import type { StoreEvent } from '../store/store.ts';
import { deletePod } from './pod-factory.ts';
import type { Simulation } from './simulation.ts';

/** Resources whose objects may have owners. */
const dependents = [
  'controllerrevisions.apps',
  'replicasets.apps',
  'jobs.batch',
  'pods',
  'endpointslices.discovery.k8s.io',
];

/** Deletes objects whose owner was deleted, and empties namespaces that are being deleted. */
export function collectGarbage(simulation: Simulation, resourceKeys: () => string[]): void {
  const { store, clock } = simulation;
  store.subscribe((event) => {
    const { resource, type, object } = event;
    if (type === 'DELETED') clock.after(0, () => removeDependents(simulation, event));
    if (resource !== 'namespaces' || type === 'DELETED') return;
    if (object.metadata.deletionTimestamp !== undefined) emptyNamespace(simulation, object, resourceKeys);
    else if (type === 'ADDED') clock.after(0, () => furnish(simulation, object.metadata.name));
  });
}

function removeDependents(simulation: Simulation, { resource, object }: StoreEvent): void {
  const { store } = simulation;
  const { uid, name, namespace = '' } = object.metadata;
  for (const key of dependents) {
    for (const dependent of store.list(key, namespace)) {
      if (dependent.metadata.ownerReferences?.some((owner) => owner.uid === uid)) removeOne(simulation, key, dependent);
    }
  }
  if (resource === 'services') {
    const endpoints = store.find('endpoints', namespace, name);
    if (endpoints !== undefined) store.remove('endpoints', endpoints);
  } else if (resource === 'persistentvolumeclaims') {
    const volume = store.find('persistentvolumes', '', `pvc-${uid}`);
    if (volume !== undefined) store.remove('persistentvolumes', volume);
  } else if (resource === 'customresourcedefinitions.apiextensions.k8s.io') {
    for (const custom of store.list(name)) store.remove(name, custom);
  }
}

function removeOne(simulation: Simulation, resource: string, object: KubeObject): void {
  if (resource === 'pods') deletePod(simulation, object as Pod);
  else simulation.store.remove(resource, object);
}

/** Repeats until the namespace is empty, and then deletes it. */
function emptyNamespace(simulation: Simulation, namespace: KubeObject, resourceKeys: () => string[]): void {
  const { store, clock } = simulation;
  clock.after(300, () => {
    const { name, uid } = namespace.metadata;
    if (store.find('namespaces', '', name)?.metadata.uid !== uid) return;
    let left = 0;
    for (const resource of resourceKeys()) {
      for (const object of store.list(resource, name)) {
        if (resource === 'pods') left++;
        removeOne(simulation, resource, object);
      }
    }
    if (left === 0) store.remove('namespaces', namespace);
    else emptyNamespace(simulation, namespace, resourceKeys);
  });
}

/** Creates the objects that every namespace has. */
function furnish({ store }: Simulation, namespace: string): void {
  if (store.find('namespaces', '', namespace) === undefined) return;
  if (store.find('serviceaccounts', namespace, 'default') === undefined) {
    const metadata = { name: 'default', namespace };
    store.create('serviceaccounts', { apiVersion: 'v1', kind: 'ServiceAccount', metadata });
  }
  if (store.find('configmaps', namespace, 'kube-root-ca.crt') === undefined) {
    const metadata = { name: 'kube-root-ca.crt', namespace };
    const data = { 'ca.crt': '# The demo cluster has no authority of its own.\n' };
    store.create('configmaps', { apiVersion: 'v1', kind: 'ConfigMap', metadata, data });
  }
}
