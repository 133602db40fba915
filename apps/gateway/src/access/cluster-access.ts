import type { Level, Role } from '@postern/contracts';
import {
  failure,
  forbidden,
  type ImpersonatedIdentity,
  impersonate,
  isAllowedGroup,
  isLevelGroup,
  readAllowedGroups,
} from '@postern/kube';
import type { BindingReader } from '../bindings/binding-reader.ts';
import {
  type AskedRequest,
  type Denial,
  decideAccess,
  type Grant,
  includesGrant,
  isUniform,
} from '../bindings/decide-access.ts';
import type { DirectoryCluster } from '../clusters/cluster-directory.ts';
import { type Principal, permits } from '../identity/principal.ts';
import { Refusal, refusal } from './refusal.ts';

/** A request for a cluster: the verb is the one to authorise. */
export interface AccessRequest extends AskedRequest {
  verb: string;
}

/** What a request was granted, as whom it is sent, and how to find out later whether that still holds. */
export interface Admission {
  grant: Grant;
  identity: ImpersonatedIdentity;
  /** Whether the account would still be granted at least the same. Everything that stays open asks every few seconds. */
  stillHolds(): Promise<boolean>;
}

interface Asking {
  principal: Principal;
  cluster: DirectoryCluster;
  /** Undefined for access to the cluster as such. */
  asked: AccessRequest | undefined;
}

/** Pass: may this account reach the cluster, with this request, and as which groups? */
export class ClusterAccess {
  readonly #bindings: Pick<BindingReader, 'of'>;
  readonly #publicOrigin: string;

  /** @param options.publicOrigin of the page on which access can be requested. */
  constructor(options: { bindings: Pick<BindingReader, 'of'>; publicOrigin: string }) {
    this.#bindings = options.bindings;
    this.#publicOrigin = options.publicOrigin;
  }

  /** @throws Refusal 403, which says where access can be requested. */
  async admit(asking: Asking): Promise<Admission> {
    const { principal, cluster } = asking;
    if (!permits(principal, cluster.organizationId, 'cluster:use')) {
      throw refusal(403, 'This credential does not open clusters: it lacks the scope cluster:use. Create another one.');
    }
    const decision = await this.#decide(asking);
    if ('denied' in decision) throw this.#refuse(asking, decision);
    const { allowedGroups, name } = cluster;
    const groups = allowedOf(decision.groups, allowedGroups);
    if (groups.length === 0) {
      throw refusal(
        403,
        `Your access to the cluster "${name}" is to ${quoted(decision.groups)}, which its agent does not allow. ` +
          'Its operator can allow them with --allow-groups.',
      );
    }
    return {
      grant: decision,
      identity: impersonate(principal.username, groups),
      stillHolds: async () => {
        const now = await this.#decide(asking);
        return !('denied' in now) && includesGrant(now, decision);
      },
    };
  }

  /** Whether an account gets the same in every namespace of a cluster, and for what is in none. */
  async isUniform(principal: Principal, cluster: DirectoryCluster): Promise<boolean> {
    const { organizationId, id, labels } = cluster;
    const role = roleIn(principal, organizationId);
    const bindings = await this.#bindings.of({ organizationId, userId: principal.userId });
    return isUniform({ role, bindings }, { id, labels }, new Date());
  }

  /** The account's access to a cluster as such: what it may do somewhere in it; null for none. */
  async overall(principal: Principal, cluster: DirectoryCluster): Promise<Grant | null> {
    const decision = await this.#decide({ principal, cluster, asked: undefined });
    return 'denied' in decision ? null : decision;
  }

  async #decide({ principal, cluster, asked }: Asking): Promise<Grant | Denial> {
    const { organizationId, id, labels } = cluster;
    const { userId } = principal;
    const role = roleIn(principal, organizationId);
    const bindings = await this.#bindings.of({ organizationId, userId });
    return decideAccess({ role, bindings }, { id, labels }, { asked, at: new Date() });
  }

  #refuse({ principal, cluster, asked }: Asking, { denied, namespaces }: Denial): Refusal {
    const page = this.#requestPage(cluster, asked);
    const why =
      denied === 'none'
        ? `you have no access to the cluster "${cluster.name}"`
        : `your access to the cluster "${cluster.name}" is limited to ${listed(namespaces)}`;
    const reason = `${why}. Request access at ${page}`;
    if (asked === undefined || !asked.info.isResourceRequest) {
      return new Refusal(failure(403, `${reason.charAt(0).toUpperCase()}${reason.slice(1)}`));
    }
    const { apiGroup, resource, subresource, namespace, name } = asked.info;
    const user = `postern:${principal.username}`;
    return new Refusal(forbidden({ user, verb: asked.verb, apiGroup, resource, subresource, namespace, name }, reason));
  }

  /** The page on which access can be requested, filled in as far as the request tells. */
  #requestPage({ organizationSlug, name }: DirectoryCluster, asked: AccessRequest | undefined): string {
    const url = new URL(`/${organizationSlug}/requests/new`, this.#publicOrigin);
    url.searchParams.set('cluster', name);
    url.searchParams.set('level', levelFor(asked));
    const namespace = asked?.info.namespace ?? '';
    if (namespace !== '') url.searchParams.set('namespace', namespace);
    return url.href;
  }
}

const readVerbs: ReadonlySet<string> = new Set(['get', 'list', 'watch', 'head', 'options']);

/** The lowest level that such a request usually needs. */
function levelFor(asked: AccessRequest | undefined): Level {
  return asked === undefined || readVerbs.has(asked.verb) ? 'viewer' : 'editor';
}

function roleIn(principal: Principal, organizationId: string): Role {
  const membership = principal.memberships.find((one) => one.organizationId === organizationId);
  // The cluster was found through this membership.
  if (membership === undefined) throw new Error('a cluster of an organization without a membership');
  return membership.role;
}

function listed(namespaces: readonly string[]): string {
  const shown = namespaces.slice(0, 5).map((namespace) => `"${namespace}"`);
  const more = namespaces.length - shown.length;
  const noun = namespaces.length === 1 ? 'the namespace' : 'the namespaces';
  return `${noun} ${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/** The groups that an agent accepts: the levels, and what its operator allows. It refuses a request with any other. */
function allowedOf(groups: readonly string[], entries: readonly string[]): string[] {
  const allowed = readAllowedGroups(entries).groups;
  return groups.filter((group) => isLevelGroup(group) || (allowed !== undefined && isAllowedGroup(allowed, group)));
}

function quoted(groups: readonly string[]): string {
  const names = groups.map((group) => `"${group}"`).join(', ');
  return groups.length === 1 ? `the group ${names}` : `the groups ${names}`;
}
