import { type Level, levels, type Role } from '@postern/contracts';
import type { RequestInfo } from '@postern/kube';

type Labels = Readonly<Record<string, string>>;

/** A binding that has neither been revoked nor ended with a membership, as far as a decision needs it. */
export interface BindingRule {
  id: string;
  /** The slug of the team that it is for; null if it is for the account itself. */
  team: string | null;
  /** The cluster's id, or labels of which the cluster must have all. */
  cluster: string | Labels;
  level: Level | null;
  /** Groups of the cluster's own RBAC. */
  groups: readonly string[];
  /** The only namespaces that it opens; empty for all, and for what is in none. */
  namespaces: readonly string[];
  /** Null for never. */
  expiresAt: Date | null;
}

/** An account in an organization, with the bindings for it and for its teams. */
export interface Holder {
  role: Role;
  bindings: readonly BindingRule[];
}

/** The cluster that is asked for. */
export interface Target {
  id: string;
  labels: Labels;
}

/** The request that is asked for, in the apiserver's own terms. */
export interface AskedRequest {
  info: RequestInfo;
  /** Percent-decoded, without the query. */
  path: string;
}

/** What a request gets: never empty, and at least one group. */
export interface Grant {
  /** The highest level among what it rests on; null if that is only groups of the cluster's own. */
  level: Level | null;
  /** Groups to impersonate, without a duplicate: of the level, of the cluster, and `postern:team:<slug>` of teams with a binding. */
  groups: string[];
  /** What it rests on: `role`, or ids of bindings. */
  via: string[];
}

/** Why nothing is granted. */
export interface Denial {
  /** `none`: there is no binding for this cluster. `namespace`: there is, for other namespaces only. */
  denied: 'none' | 'namespace';
  /** The namespaces that are open, sorted; empty if there is no binding. */
  namespaces: string[];
}

/** Who may reach a whole cluster because of the role alone: those who could grant it to themselves anyway. */
export const levelOfRole: Partial<Record<Role, Level>> = { admin: 'admin', owner: 'admin' };

/**
 * Whether an account may send a request to a cluster, and as which groups; the cluster's RBAC then decides what those may do.
 * The only place that decides this. A pure function.
 * @param asked undefined for access to the cluster as such: anything in it.
 */
export function decideAccess(
  holder: Holder,
  target: Target,
  { asked, at }: { asked: AskedRequest | undefined; at: Date },
): Grant | Denial {
  const byRole = levelOfRole[holder.role];
  const here = holder.bindings.filter((binding) => covers(binding, target, at));
  const applying = here.filter(({ namespaces }) => asked === undefined || admits(namespaces, asked));
  if (byRole === undefined && applying.length === 0) {
    return {
      denied: here.length === 0 ? 'none' : 'namespace',
      namespaces: [...new Set(here.flatMap(({ namespaces }) => namespaces))].toSorted(),
    };
  }
  const level = highest([byRole ?? null, ...applying.map((binding) => binding.level)]);
  const own = applying.flatMap(({ groups, team }) => (team === null ? groups : [...groups, `postern:team:${team}`]));
  return {
    level,
    groups: [...new Set([...(level === null ? [] : [`postern:${level}`]), ...own])],
    via: [...(byRole === undefined ? [] : ['role']), ...applying.map(({ id }) => id)],
  };
}

/** Whether an account gets the same in every namespace of a cluster, and for what is in none. */
export function isUniform({ role, bindings }: Holder, target: Target, at: Date): boolean {
  if (levelOfRole[role] !== undefined) return true;
  return bindings.every((binding) => binding.namespaces.length === 0 || !covers(binding, target, at));
}

/** Whether a binding is for this cluster and has not expired. */
function covers({ cluster, expiresAt }: BindingRule, { id, labels }: Target, at: Date): boolean {
  if (expiresAt !== null && expiresAt <= at) return false;
  return typeof cluster === 'string' ? cluster === id : matchesLabels(cluster, labels);
}

/** Whether a cluster has all labels of a selector. */
export function matchesLabels(selector: Labels, labels: Labels): boolean {
  return Object.entries(selector).every(([key, value]) => Object.hasOwn(labels, key) && labels[key] === value);
}

/** Whether a grant allows all that another one did: at least its level, and all its groups of the cluster. */
export function includesGrant(now: Grant, before: Grant): boolean {
  const own = before.groups.filter((group) => group !== `postern:${before.level}`);
  return rank(now.level) >= rank(before.level) && own.every((group) => now.groups.includes(group));
}

const rank = (level: Level | null): number => (level === null ? -1 : levels.indexOf(level));

function highest(candidates: readonly (Level | null)[]): Level | null {
  return levels.findLast((level) => candidates.includes(level)) ?? null;
}

/** What a client asks before it knows any namespace: which kinds there are, and of which version. */
const discovery =
  /^\/(?:version|livez|readyz|healthz|api|apis|api\/v1|apis\/[^/]+|apis\/[^/]+\/[^/]+|openapi\/v[23](?:\/.*)?)\/?$/;

/**
 * Whether a binding that is limited to namespaces admits a request: one in those namespaces, the reading of a namespace object
 * itself, discovery, and the questions of a client about its own rights.
 */
function admits(namespaces: readonly string[], { info, path }: AskedRequest): boolean {
  if (namespaces.length === 0) return true;
  if (!info.isResourceRequest) return isReading(info.verb) && discovery.test(path);
  if (isSelfReview(info)) return true;
  if (info.namespace === '' || !namespaces.includes(info.namespace)) return false;
  // A namespace object is in its own namespace; changing it changes more than what is in it.
  return info.resource !== 'namespaces' || info.verb === 'get';
}

const isReading = (method: string): boolean => method === 'get' || method === 'head' || method === 'options';

const selfReviews: ReadonlySet<string> = new Set([
  'authorization.k8s.io/selfsubjectaccessreviews',
  'authorization.k8s.io/selfsubjectrulesreviews',
  'authentication.k8s.io/selfsubjectreviews',
]);

function isSelfReview({ verb, apiGroup, resource, subresource, namespace }: RequestInfo): boolean {
  return verb === 'create' && subresource === '' && namespace === '' && selfReviews.has(`${apiGroup}/${resource}`);
}
