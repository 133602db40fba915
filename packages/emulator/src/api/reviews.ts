import { timestamp } from '../model/object.ts';
import { badRequest } from './api-error.ts';
import type { ResourceExchange } from './exchange.ts';
import { type Fields, isFields } from './fields.ts';
import type { Authorizer } from './rbac.ts';

/** Serves SelfSubjectReview, SelfSubjectAccessReview and SelfSubjectRulesReview. @throws ApiError 400. */
export function review(authorizer: Authorizer, exchange: ResourceExchange, body: unknown): object {
  const { resource, user } = exchange;
  const spec = isFields(body) && isFields(body['spec']) ? body['spec'] : {};
  const apiVersion = `${resource.group}/${resource.version}`;
  const common = { kind: resource.kind, apiVersion, metadata: { creationTimestamp: null } };
  switch (resource.kind) {
    case 'SelfSubjectReview': {
      const userInfo = { username: user.name, groups: user.groups, ...(user.uid ? { uid: user.uid } : {}) };
      const metadata = { creationTimestamp: timestamp(Date.now()) };
      return {
        ...common,
        metadata,
        status: { userInfo: { ...userInfo, ...(user.extra ? { extra: user.extra } : {}) } },
      };
    }
    case 'SelfSubjectRulesReview': {
      const namespace = text(spec, 'namespace');
      if (namespace === '') throw badRequest('no namespace on request');
      const rules = authorizer.rulesOf(user, namespace);
      const status = {
        resourceRules: rules.filter((rule) => rule.resources !== undefined),
        nonResourceRules: rules.filter((rule) => rule.nonResourceURLs !== undefined),
        incomplete: false,
      };
      return { ...common, spec, status };
    }
    default: {
      const allowed = authorizer.allows(user, attributesOf(spec));
      return { ...common, spec, status: allowed ? { allowed } : { allowed, reason: 'no role allows it' } };
    }
  }
}

function attributesOf(spec: Fields) {
  const blank = { verb: '', group: '', resource: '', subresource: '', namespace: '', name: '' };
  const { resourceAttributes: wanted, nonResourceAttributes: plain } = spec;
  if (isFields(wanted)) {
    const { verb, group, resource, subresource, namespace, name } = Object.fromEntries(
      Object.keys(blank).map((key) => [key, text(wanted, key)]),
    ) as typeof blank;
    return { verb, group, resource, subresource, namespace, name };
  }
  if (isFields(plain)) return { ...blank, verb: text(plain, 'verb'), path: text(plain, 'path') };
  throw badRequest('exactly one of nonResourceAttributes or resourceAttributes must be specified');
}

const text = (fields: Fields, key: string) => (typeof fields[key] === 'string' ? fields[key] : '');
