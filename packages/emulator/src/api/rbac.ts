import { forbidden } from '@postern/kube';
import type { Role, RoleBinding, Rule } from '../model/kinds.ts';
import type { Store } from '../store/store.ts';
import { ApiError } from './api-error.ts';
import { isSuperuser, type User } from './identity.ts';

/** The attributes of a request; `path` only for non-resource requests. */
export interface Attributes {
  verb: string;
  group: string;
  resource: string;
  subresource: string;
  namespace: string;
  name: string;
  path?: string;
}

const CLUSTER_ROLES = 'clusterroles.rbac.authorization.k8s.io';
const superuser: Rule[] = [
  { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
  { verbs: ['*'], nonResourceURLs: ['*'] },
];

/** RBAC with the roles and bindings in the store, like k8s.io/kubernetes/plugin/pkg/auth/authorizer/rbac. */
export class Authorizer {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  allows(user: User, attributes: Attributes): boolean {
    return isSuperuser(user) || this.rulesOf(user, attributes.namespace).some((rule) => grants(rule, attributes));
  }

  /** @throws ApiError 403 with the apiserver's wording. */
  demand(user: User, attributes: Attributes): void {
    if (!this.allows(user, attributes)) throw refusal(user, attributes);
  }

  /** All rules that apply to a user in a namespace; only the cluster-wide ones if it is empty. */
  rulesOf(user: User, namespace: string): Rule[] {
    if (isSuperuser(user)) return superuser;
    const everywhere = this.#store.list('clusterrolebindings.rbac.authorization.k8s.io') as RoleBinding[];
    const here = namespace === '' ? [] : this.#store.list('rolebindings.rbac.authorization.k8s.io', namespace);
    return [...everywhere, ...(here as RoleBinding[])]
      .filter((binding) => (binding.subjects ?? []).some((subject) => isSubject(user, subject)))
      .flatMap((binding) => this.rulesBehind(binding));
  }

  /**
   * Privilege escalation prevention: nobody may grant more than they hold.
   * @throws ApiError 403 if `rules` exceed the user's own in the namespace.
   */
  demandAll(user: User, namespace: string, rules: Rule[]): void {
    const missing = rules.flatMap(atoms).find((atom) => !this.allows(user, { ...atom, namespace }));
    if (missing === undefined) return;
    const message = `user "${user.name}" is attempting to grant RBAC permissions not currently held`;
    throw new ApiError(403, 'Forbidden', message, {});
  }

  /** The rules that a binding grants. */
  rulesBehind({ roleRef, metadata }: RoleBinding): Rule[] {
    const role =
      roleRef.kind === 'ClusterRole'
        ? this.#store.find(CLUSTER_ROLES, '', roleRef.name)
        : this.#store.find('roles.rbac.authorization.k8s.io', metadata.namespace ?? '', roleRef.name);
    return (role as Role | undefined)?.rules ?? [];
  }
}

/** The apiserver's error for a request that no role allows. */
export function refusal(user: User, attributes: Attributes): ApiError {
  if (attributes.path !== undefined) {
    const message = `forbidden: User "${user.name}" cannot ${attributes.verb} path "${attributes.path}"`;
    return new ApiError(403, 'Forbidden', message, {});
  }
  const { verb, group, resource, subresource, namespace, name } = attributes;
  const attempt = { user: user.name, verb, apiGroup: group, resource, subresource, namespace, name };
  const { message, details } = forbidden(attempt, 'no role allows it');
  return new ApiError(403, 'Forbidden', message.replace(/: no role allows it$/, ''), details);
}

function isSubject(user: User, subject: { kind: string; name: string; namespace?: string }): boolean {
  switch (subject.kind) {
    case 'User':
      return subject.name === user.name;
    case 'Group':
      return user.groups.includes(subject.name);
    case 'ServiceAccount':
      return user.name === `system:serviceaccount:${subject.namespace ?? ''}:${subject.name}`;
    default:
      return false;
  }
}

function grants(rule: Rule, attributes: Attributes): boolean {
  const { path, verb, group, resource, subresource, name } = attributes;
  if (!includes(rule.verbs, verb)) return false;
  if (path !== undefined) return (rule.nonResourceURLs ?? []).some((pattern) => matchesPath(pattern, path));
  const wanted = subresource === '' ? resource : `${resource}/${subresource}`;
  const resources = rule.resources ?? [];
  return (
    includes(rule.apiGroups ?? [], group) &&
    (includes(resources, wanted) || (subresource !== '' && resources.includes(`*/${subresource}`))) &&
    ((rule.resourceNames ?? []).length === 0 || (rule.resourceNames ?? []).includes(name))
  );
}

const includes = (list: string[], item: string) => list.includes('*') || list.includes(item);

function matchesPath(pattern: string, path: string): boolean {
  return pattern.endsWith('*') ? path.startsWith(pattern.slice(0, -1)) : pattern === path;
}

/** One set of attributes for each thing that a rule allows; a star requires the star itself. */
function atoms(rule: Rule): Attributes[] {
  const blank = { group: '', resource: '', subresource: '', namespace: '', name: '' };
  return rule.verbs.flatMap((verb) => [
    ...(rule.nonResourceURLs ?? []).map((path) => ({ ...blank, verb, path })),
    ...(rule.apiGroups ?? []).flatMap((group) =>
      (rule.resources ?? []).flatMap((entry) => {
        const [resource = '', subresource = ''] = entry.split('/');
        const names = rule.resourceNames ?? [];
        return (names.length === 0 ? [''] : names).map((name) => ({
          ...blank,
          verb,
          group,
          resource,
          subresource,
          name,
        }));
      }),
    ),
  ]);
}
