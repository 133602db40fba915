import type { Permission } from '#features/actions/permission.ts';
import { get, list } from '#features/kube/read.ts';

/** A rule of RBAC, as a review lists it. */
interface Rule {
  verbs: readonly string[];
  groups: readonly string[];
  resources: readonly string[];
  /** Empty if it is for all objects. */
  names: readonly string[];
}

/** What a person may do in one namespace. */
export interface Rules {
  rules: readonly Rule[];
  /** False if the cluster could not list all: a webhook, for example, only answers single questions. */
  complete: boolean;
}

/** Parses a SelfSubjectRulesReview. An answer without a status lists nothing, and is not complete. */
export function readRules(review: unknown): Rules {
  const status = get(review, 'status');
  const listed = get(status, 'resourceRules');
  return {
    rules: list(listed).map((rule) => ({
      verbs: words(rule, 'verbs'),
      groups: words(rule, 'apiGroups'),
      resources: words(rule, 'resources'),
      names: words(rule, 'resourceNames'),
    })),
    complete: Array.isArray(listed) && get(status, 'incomplete') !== true && !get(status, 'evaluationError'),
  };
}

/** Whether the rules of a namespace give a right in it; undefined if rules that are not listed may give it. */
export function judge({ rules, complete }: Rules, permission: Permission): boolean | undefined {
  return rules.some((rule) => grants(rule, permission)) || (complete ? false : undefined);
}

/** As the apiserver's RBAC authorizer decides (`VerbMatches`, `APIGroupMatches`, `ResourceMatches`, `ResourceNameMatches`). */
function grants({ verbs, groups, resources, names }: Rule, { verb, group, resource, name }: Permission): boolean {
  const subresource = resource.indexOf('/');
  return (
    has(verbs, verb) &&
    has(groups, group) &&
    (has(resources, resource) || (subresource !== -1 && resources.includes(`*${resource.slice(subresource)}`))) &&
    (names.length === 0 || names.includes(name))
  );
}

const has = (words: readonly string[], word: string) => words.includes('*') || words.includes(word);

const words = (value: unknown, key: string): string[] =>
  list(value, key).filter((word): word is string => typeof word === 'string');
