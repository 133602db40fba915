import { createHash } from 'node:crypto';
import type { Exchange } from './exchange.ts';
import type { Resource, Resources } from './resources.ts';

/** The responses under `/api` and `/apis` that are not for a resource; undefined for an unknown path. */
export function discover(
  resources: Resources,
  { path, request }: Pick<Exchange, 'path' | 'request'>,
): object | undefined {
  const all = resources.all();
  const [prefix, group = '', version = ''] = path.split('/').filter((part) => part !== '');
  const isCore = prefix === 'api';
  if (isCore && group === 'v1')
    return resourceList(
      'v1',
      all.filter((one) => one.group === ''),
    );
  if (isCore && group !== '') return undefined;
  if (group === '') {
    const served = all.filter((one) => (one.group === '') === isCore);
    const aggregated = aggregatedVersion(request.headers.accept);
    if (aggregated !== undefined) return aggregate(served, aggregated);
    return isCore
      ? coreVersions
      : { kind: 'APIGroupList', apiVersion: 'v1', groups: groupsOf(served).map(describeGroup) };
  }
  const ofGroup = all.filter((one) => one.group === group);
  if (ofGroup.length === 0) return undefined;
  if (version === '') return { kind: 'APIGroup', apiVersion: 'v1', ...describeGroup(groupOf(group, ofGroup)) };
  const ofVersion = ofGroup.filter((one) => one.version === version);
  return ofVersion.length === 0 ? undefined : resourceList(`${group}/${version}`, ofVersion);
}

const coreVersions = {
  kind: 'APIVersions',
  versions: ['v1'],
  serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: '127.0.0.1' }],
};

interface Group {
  name: string;
  versions: { name: string; resources: Resource[] }[];
}

/** The groups, in the order of their first resource. */
function groupsOf(resources: Resource[]): Group[] {
  const names = [...new Set(resources.map(({ group }) => group))];
  return names.map((name) =>
    groupOf(
      name,
      resources.filter(({ group }) => group === name),
    ),
  );
}

function groupOf(name: string, resources: Resource[]): Group {
  const versions = [...new Set(resources.map(({ version }) => version))];
  return {
    name,
    versions: versions.map((version) => ({
      name: version,
      resources: resources.filter((one) => one.version === version),
    })),
  };
}

function describeGroup({ name, versions }: Group): object {
  const described = versions.map((version) => ({ groupVersion: `${name}/${version.name}`, version: version.name }));
  return { name, versions: described, preferredVersion: described[0] };
}

function resourceList(groupVersion: string, resources: Resource[]): object {
  return {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion,
    resources: resources.flatMap((one) => [
      {
        name: one.plural,
        singularName: one.singular,
        namespaced: one.namespaced,
        kind: one.kind,
        verbs: one.verbs,
        ...(one.shortNames.length > 0 ? { shortNames: one.shortNames } : {}),
        ...(one.categories.length > 0 ? { categories: one.categories } : {}),
        ...(one.verbs.includes('watch') ? { storageVersionHash: versionHash(one) } : {}),
      },
      ...one.subresources.map(({ name, group, version, kind, verbs }) => ({
        name: `${one.plural}/${name}`,
        singularName: '',
        namespaced: one.namespaced,
        ...(group === undefined ? {} : { group, version }),
        kind,
        verbs,
      })),
    ]),
  };
}

function versionHash({ group, version, kind }: Resource): string {
  return createHash('sha256').update(`${group}/${version}/${kind}`).digest('base64').slice(0, 11).concat('=');
}

/** The version of aggregated discovery (KEP-3352) that a client prefers. */
function aggregatedVersion(accept = ''): string | undefined {
  for (const clause of accept.split(',')) {
    const match = /;\s*g=apidiscovery\.k8s\.io/.test(clause) && /;\s*as=APIGroupDiscoveryList/.test(clause);
    const version = /;\s*v=(v2beta1|v2)(?:;|$)/.exec(clause.trim())?.[1];
    if (match && version !== undefined && clause.trim().startsWith('application/json')) return version;
    if (!match && clause.trim().startsWith('application/json')) return undefined;
  }
  return undefined;
}

function aggregate(resources: Resource[], version: string): object {
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: `apidiscovery.k8s.io/${version}`,
    metadata: {},
    items: groupsOf(resources).map((group) => ({
      metadata: { ...(group.name === '' ? {} : { name: group.name }), creationTimestamp: null },
      versions: group.versions.map((one) => ({
        version: one.name,
        resources: one.resources.map(describeAggregated),
        freshness: 'Current',
      })),
    })),
  };
}

function describeAggregated(resource: Resource): object {
  const { plural, group, version, kind, namespaced, singular, verbs, shortNames, categories, subresources } = resource;
  return {
    resource: plural,
    responseKind: { group, version, kind },
    scope: namespaced ? 'Namespaced' : 'Cluster',
    singularResource: singular,
    verbs,
    ...(shortNames.length > 0 ? { shortNames } : {}),
    ...(categories.length > 0 ? { categories } : {}),
    ...(subresources.length === 0
      ? {}
      : {
          subresources: subresources.map((one) => ({
            subresource: one.name,
            responseKind: { group: one.group ?? group, version: one.version ?? version, kind: one.kind },
            verbs: one.verbs,
          })),
        }),
  };
}

/** The content type of a response of `discover`. */
export function discoveryContentType({ request, path }: Pick<Exchange, 'path' | 'request'>): string {
  const version = /^\/apis?\/?$/.test(path) ? aggregatedVersion(request.headers.accept) : undefined;
  return version === undefined
    ? 'application/json'
    : `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`;
}
