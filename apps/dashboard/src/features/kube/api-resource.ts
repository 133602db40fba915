import { pathOf } from '#components/href.ts';
/** A kind of object that a cluster serves, from its discovery. */
export interface ApiResource {
  /** Empty for the core group. */
  group: string;
  version: string;
  /** Plural in lower case, as in paths: `deployments`. */
  resource: string;
  kind: string;
  namespaced: boolean;
  verbs: readonly string[];
  shortNames: readonly string[];
  /** `log`, `exec`, `scale`… */
  subresources: readonly string[];
  /** Whether this is the cluster's preferred version of the group. */
  preferred: boolean;
}

/** `pods`, `deployments.apps`; includes the version if it is not the preferred one: `widgets.v1beta1.example.com`. */
export function resourceId({ group, version, resource, preferred }: ApiResource): string {
  if (group === '') return resource;
  return preferred ? `${resource}.${group}` : `${resource}.${version}.${group}`;
}

/** Finds a resource by id, kind or kubectl's short name; ids take precedence. */
export function findResource(resources: readonly ApiResource[], id: string): ApiResource | undefined {
  const wanted = id.toLowerCase();
  return (
    resources.find((candidate) => resourceId(candidate) === wanted) ??
    resources.find(({ group, version, resource }) => `${resource}.${version}.${group}` === wanted) ??
    resources.find(
      ({ preferred, resource, shortNames, kind }) =>
        preferred && (resource === wanted || shortNames.includes(wanted) || kind.toLowerCase() === wanted),
    )
  );
}

/** Finds a resource by `apiVersion` and `kind`, as in an owner reference. */
export function findKind(resources: readonly ApiResource[], apiVersion: string, kind: string): ApiResource | undefined {
  const slash = apiVersion.indexOf('/');
  const group = slash === -1 ? '' : apiVersion.slice(0, slash);
  const ofKind = resources.filter((candidate) => candidate.group === group && candidate.kind === kind);
  return ofKind.find(({ preferred }) => preferred) ?? ofKind[0];
}

export interface ObjectAddress {
  namespace?: string | undefined;
  name?: string | undefined;
  subresource?: string;
}

/**
 * The path of a list, an object or a subresource. Discovery comes from the cluster too: a group called `../../../api/v1` must
 * not turn a request to the cluster into one to Postern's own API.
 */
export function resourcePath(resource: ApiResource, address: ObjectAddress = {}): string {
  const { namespace, name, subresource } = address;
  const parts = resource.group === '' ? ['api', resource.version] : ['apis', resource.group, resource.version];
  if (resource.namespaced && namespace !== undefined && namespace !== '') parts.push('namespaces', namespace);
  parts.push(resource.resource);
  if (name !== undefined) parts.push(name);
  if (subresource !== undefined) parts.push(subresource);
  return pathOf(parts);
}

/** The heading of a list: the plural of the kind, with Kubernetes' capitalisation: `ConfigMaps`, `NetworkPolicies`. */
export function pluralOf({ kind, resource }: Pick<ApiResource, 'kind' | 'resource'>): string {
  const lower = kind.toLowerCase();
  let same = 0;
  while (same < lower.length && lower[same] === resource[same]) same++;
  return same < lower.length - 1 ? kind : kind.slice(0, same) + resource.slice(same);
}

export const can = (resource: ApiResource, verb: string): boolean => resource.verbs.includes(verb);
