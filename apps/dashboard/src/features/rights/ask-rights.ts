import type { QueryClient } from '@tanstack/react-query';
import type { Permission, Rights } from '#features/actions/permission.ts';
import { missingRule } from '#features/kube/rule-sentence.ts';
import { reviewAccess, reviewRules } from './reviews.ts';
import { judge, type Rules } from './rules.ts';

/** How long an answer counts before it is asked for again, and how long it is kept, in milliseconds. */
const FRESH = 60_000;
const KEPT = 60 * 60_000;
/** At most this many namespaces, and single rights, are reviewed at once; what is beyond them stays unknown. */
const REVIEWS = 8;

const once = { staleTime: FRESH, gcTime: KEPT, retry: false } as const;

const placeOf = ({ ref, namespace }: Permission) => [ref.organization, ref.cluster, namespace];
const rulesKey = (permission: Permission) => ['rules', ...placeOf(permission)];
const rightKey = (permission: Permission) => {
  const { verb, group, resource, name } = permission;
  return ['right', ...placeOf(permission), verb, group, resource, name];
};

/**
 * Asks a cluster for rights of the person. One SelfSubjectRulesReview per namespace answers for everything a page offers there.
 * What it leaves open (a webhook that lists no rules), and rights on kinds without namespaces, which a namespace's rules do not
 * tell from its own, are asked one by one with a SelfSubjectAccessReview. A failed review leaves its rights unknown.
 *
 * @param onKnown called with everything that is known, whenever that changes.
 */
export async function askRights(
  client: QueryClient,
  permissions: readonly Permission[],
  onKnown: (rights: Rights) => void,
): Promise<void> {
  const allowed = (permission: Permission): boolean | null | undefined => {
    const rules = client.getQueryData<Rules>(rulesKey(permission));
    return (rules && judge(rules, permission)) ?? client.getQueryData<boolean | null>(rightKey(permission));
  };
  const tell = () => onKnown((permission) => (allowed(permission) === false ? missingRule(permission) : undefined));

  const spaces = firstOf(
    permissions.filter(({ namespace }) => namespace !== ''),
    rulesKey,
  );
  await Promise.allSettled(
    spaces.map((permission) =>
      client.fetchQuery({
        ...once,
        queryKey: rulesKey(permission),
        queryFn: ({ signal }) => reviewRules(permission.ref, permission.namespace, signal),
      }),
    ),
  );
  tell();
  const open = firstOf(
    permissions.filter((permission) => {
      const rules = client.getQueryData<Rules>(rulesKey(permission));
      return rules === undefined || judge(rules, permission) === undefined;
    }),
    rightKey,
  );
  if (open.length === 0) return;
  await Promise.allSettled(
    open.map((permission) =>
      client.fetchQuery({
        ...once,
        queryKey: rightKey(permission),
        queryFn: ({ signal }) => reviewAccess(permission, signal),
      }),
    ),
  );
  tell();
}

/** The first of each key, up to a limit. */
function firstOf(permissions: readonly Permission[], keyOf: (permission: Permission) => string[]): Permission[] {
  const found = new Map<string, Permission>();
  for (const permission of permissions) {
    const key = keyOf(permission).join();
    if (!found.has(key)) found.set(key, permission);
    if (found.size === REVIEWS) break;
  }
  return [...found.values()];
}
