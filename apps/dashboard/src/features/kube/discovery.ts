import { href } from '#components/href.ts';
import type { ApiResource } from './api-resource.ts';
import type { ClusterRef } from './cluster-ref.ts';
import { KubeError } from './kube-error.ts';
import { kubeFetch, kubeJson } from './kube-fetch.ts';
import { list, text } from './read.ts';

/** Aggregated discovery (KEP-3352); apiservers before 1.30 only support v2beta1. */
const AGGREGATED = [
  'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList',
  'application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList',
  'application/json',
].join(', ');

export interface Discovery {
  resources: readonly ApiResource[];
  /** Groups that could not be read: an aggregated API whose server is down must not hide the others. */
  missing: readonly string[];
}

/** All kinds that the cluster serves. Two requests with aggregated discovery, otherwise one per group version. */
export async function discover(ref: ClusterRef, signal?: AbortSignal): Promise<Discovery> {
  const found = await Promise.all(['/api', '/apis'].map((path) => discoverRoot(ref, path, signal)));
  return { resources: found.flatMap(({ resources }) => resources), missing: found.flatMap(({ missing }) => missing) };
}

async function discoverRoot(ref: ClusterRef, path: string, signal?: AbortSignal): Promise<Discovery> {
  const response = await kubeFetch(ref, path, { accept: AGGREGATED, signal });
  const body: unknown = await response.json();
  if (text(body, 'kind') === 'APIGroupDiscoveryList') return parseAggregated(body);
  const versions = path === '/api' ? parseCoreVersions(body) : parseGroups(body);
  const missing: string[] = [];
  const resources = await Promise.all(
    versions.map(async (version) => {
      try {
        const root = version.group === '' ? '/api' : href`/apis/${version.group}`;
        return parseClassic(await kubeJson(ref, root + href`/${version.version}`, { signal }), version);
      } catch (error) {
        if (!(error instanceof KubeError)) throw error;
        missing.push(`${version.group}/${version.version}`);
        return [];
      }
    }),
  );
  return { resources: resources.flat(), missing };
}

interface GroupVersion {
  group: string;
  version: string;
  preferred: boolean;
}

/** Parses an APIGroupDiscoveryList. The first version of a group is the preferred one. */
export function parseAggregated(body: unknown): Discovery {
  const resources: ApiResource[] = [];
  const missing: string[] = [];
  for (const group of list(body, 'items')) {
    const name = text(group, 'metadata', 'name') ?? '';
    for (const [index, version] of list(group, 'versions').entries()) {
      const versionName = text(version, 'version') ?? '';
      if (text(version, 'freshness') === 'Stale') missing.push(`${name}/${versionName}`);
      for (const found of list(version, 'resources')) {
        const resource = text(found, 'resource');
        const kind = text(found, 'responseKind', 'kind');
        if (resource === undefined || kind === undefined) continue;
        resources.push({
          group: name,
          version: versionName,
          resource,
          kind,
          namespaced: text(found, 'scope') === 'Namespaced',
          verbs: words(found, 'verbs'),
          shortNames: words(found, 'shortNames'),
          subresources: list(found, 'subresources').flatMap((sub) => text(sub, 'subresource') ?? []),
          preferred: index === 0,
        });
      }
    }
  }
  return { resources: withPreference(resources), missing };
}

/** Parses an APIResourceList, in which subresources are listed as `pods/log`. */
export function parseClassic(body: unknown, { group, version, preferred }: GroupVersion): ApiResource[] {
  const resources = new Map<string, ApiResource & { subresources: string[] }>();
  const all = list(body, 'resources').map((found) => ({ found, path: text(found, 'name') ?? '' }));
  for (const { found, path } of all) {
    const kind = text(found, 'kind');
    if (path === '' || path.includes('/') || kind === undefined) continue;
    resources.set(path, {
      group,
      version,
      resource: path,
      kind,
      namespaced: text(found, 'namespaced') === 'true',
      verbs: words(found, 'verbs'),
      shortNames: words(found, 'shortNames'),
      subresources: [],
      preferred,
    });
  }
  for (const { path } of all) {
    const [parent = '', subresource] = path.split('/');
    if (subresource !== undefined) resources.get(parent)?.subresources.push(subresource);
  }
  return [...resources.values()];
}

function parseCoreVersions(body: unknown): GroupVersion[] {
  return words(body, 'versions').map((version, index) => ({ group: '', version, preferred: index === 0 }));
}

function parseGroups(body: unknown): GroupVersion[] {
  return list(body, 'groups').flatMap((group) => {
    const name = text(group, 'name') ?? '';
    const preferred = text(group, 'preferredVersion', 'version');
    return list(group, 'versions').flatMap((found) => {
      const version = text(found, 'version');
      return version === undefined ? [] : { group: name, version, preferred: version === preferred };
    });
  });
}

/** For a kind missing from the preferred version, the first version that has it is preferred. */
function withPreference(resources: readonly ApiResource[]): ApiResource[] {
  const seen = new Set<string>();
  for (const { preferred, resource, group } of resources) if (preferred) seen.add(`${resource}.${group}`);
  return resources.map((resource) => {
    const key = `${resource.resource}.${resource.group}`;
    if (resource.preferred || seen.has(key)) return resource;
    seen.add(key);
    return { ...resource, preferred: true };
  });
}

function words(value: unknown, key: string): string[] {
  return list(value, key).flatMap((word) => (typeof word === 'string' ? word : []));
}
