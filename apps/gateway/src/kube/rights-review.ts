import type { IncomingMessage } from 'node:http';
import { type RequestInfo, requestInfo } from '@postern/kube';
import type { AccessRequest } from '../access/cluster-access.ts';
import { refusal } from '../access/refusal.ts';

/** A review of one's own rights, as a client sends it, and the request that it is about. */
export interface RightsReview {
  /** As received. */
  body: Buffer;
  asked: AccessRequest;
}

type Json = Record<string, unknown>;

/** A longer review is refused; kubectl's are a few hundred bytes. */
const maxBytes = 64 * 1024;
const reviews: ReadonlySet<string> = new Set(['selfsubjectaccessreviews', 'selfsubjectrulesreviews']);

/** Whether a request asks the cluster about the caller's own rights. */
export function isRightsReview({ verb, apiGroup, resource, subresource }: RequestInfo): boolean {
  return verb === 'create' && apiGroup === 'authorization.k8s.io' && subresource === '' && reviews.has(resource);
}

/**
 * Reads a review to its end, and finds out what it is about. A review in another form than JSON, or in none that the apiserver
 * would accept, is taken to be about the whole cluster.
 * @throws Refusal 413.
 */
export async function readRightsReview(request: IncomingMessage, info: RequestInfo): Promise<RightsReview> {
  const parts: Buffer[] = [];
  let size = 0;
  // A refusal must still reach the client, so leaving the loop must not end the connection.
  for await (const part of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += part.byteLength;
    if (size > maxBytes) throw refusal(413, `A review of rights has at most ${maxBytes / 1024} KiB.`);
    parts.push(part);
  }
  const body = Buffer.concat(parts);
  return { body, asked: askedIn(record(parse(body)['spec']), info) };
}

/** The answer of an apiserver to a review of what the gateway would refuse. @param reason for people. */
export function deniedReview({ body }: RightsReview, { apiVersion, resource }: RequestInfo, reason: string): Json {
  const isAccess = resource === 'selfsubjectaccessreviews';
  return {
    kind: isAccess ? 'SelfSubjectAccessReview' : 'SelfSubjectRulesReview',
    apiVersion: `authorization.k8s.io/${apiVersion}`,
    metadata: {},
    spec: record(parse(body)['spec']),
    status: isAccess
      ? { allowed: false, denied: true, reason }
      : { resourceRules: [], nonResourceRules: [], incomplete: false },
  };
}

function askedIn(spec: Json, info: RequestInfo): AccessRequest {
  const resource = record(spec['resourceAttributes']);
  const path = text(record(spec['nonResourceAttributes'])['path']);
  if (path !== '') {
    // As a GET: what is read without a resource is discovery or nothing that a namespace has.
    const asked = requestInfo('GET', path, '');
    if (asked !== null) return { info: asked, path, verb: asked.verb };
  }
  const isRules = info.resource === 'selfsubjectrulesreviews';
  const verb = isRules ? 'get' : text(resource['verb']);
  return {
    path: '',
    verb,
    info: {
      isResourceRequest: true,
      verb,
      apiPrefix: 'apis',
      apiGroup: text(resource['group']),
      apiVersion: text(resource['version']),
      namespace: text(isRules ? spec['namespace'] : resource['namespace']),
      resource: isRules ? 'pods' : text(resource['resource']),
      subresource: text(resource['subresource']),
      name: text(resource['name']),
      parts: [],
    },
  };
}

function parse(body: Buffer): Json {
  try {
    return record(JSON.parse(body.toString('utf8')));
  } catch {
    return {};
  }
}

const record = (value: unknown): Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
const text = (value: unknown): string => (typeof value === 'string' ? value : '');
