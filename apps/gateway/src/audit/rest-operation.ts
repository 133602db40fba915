import type { OperationId, Route } from '@postern/contracts';
import type { AuditEvent } from './event.ts';

/** Operations that change nothing that anybody would look for, although they are not reads. */
const unrecorded: ReadonlySet<OperationId> = new Set(['refresh']);

/**
 * The action of an operation: `createCluster` → `cluster.create`, `createJoinToken` → `join-token.create`; those about signing
 * in are `auth.sign-in` and so on.
 */
export function actionOf(operation: string, { tag }: Pick<Route, 'tag'>): string {
  const words = operation.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`).split(' ');
  const [verb = '', ...object] = words;
  return tag === 'Auth' || object.length === 0
    ? `${tag.toLowerCase()}.${words.join('-')}`
    : `${object.join('-')}.${verb}`;
}

/**
 * Whether a request is recorded: everything but plain reads, reads that say so, and refused reads. Not those without a valid
 * credential, which anybody could send in any number, except for sign-ins; nor those that exceed a limit. Metrics count both.
 */
export function isRecorded(operation: OperationId, route: Route, status: number, code: string | undefined): boolean {
  if (status === 429 || unrecorded.has(operation)) return false;
  if (status === 401) return code === 'invalid-credentials';
  return route.method !== 'GET' || route.audited === true || status === 403;
}

/** Fields of requests that may be recorded. Any other, known or yet to come, may be a secret. */
const recordedFields: ReadonlySet<string> = new Set([
  'action',
  'actor',
  'after',
  'breakGlass',
  'clientId',
  'cluster',
  'decision',
  'domains',
  'email',
  'expiresAt',
  'expiresInSeconds',
  'groups',
  'instance',
  'kind',
  'labels',
  'level',
  'location',
  'mode',
  'name',
  'namespace',
  'namespaces',
  'note',
  'organization',
  'reason',
  'resource',
  'retentionDays',
  'role',
  'scopes',
  'selector',
  'service',
  'serviceAccount',
  'since',
  'slug',
  'team',
  'teams',
  'until',
  'user',
  'version',
]);

/** What is recorded of parameters, query and body. A URL may contain a secret, so only its origin is. */
export function detailsOf(...inputs: unknown[]): AuditEvent['details'] {
  const fields = inputs.flatMap((input) => (typeof input === 'object' && input !== null ? Object.entries(input) : []));
  return Object.fromEntries(
    fields.flatMap(([name, value]): [string, AuditEvent['details'][string]][] => {
      if (name === 'url' && typeof value === 'string' && URL.canParse(value)) return [[name, new URL(value).origin]];
      return recordedFields.has(name) && isSimple(value) ? [[name, value]] : [];
    }),
  );
}

function isSimple(value: unknown): value is AuditEvent['details'][string] {
  if (Array.isArray(value)) return value.every((one) => typeof one === 'string');
  if (typeof value === 'object' && value !== null) return Object.values(value).every((one) => typeof one === 'string');
  return typeof value === 'string' || typeof value === 'boolean' || Number.isSafeInteger(value);
}

/** The id of what was made: in the answer, or in one of its parts. */
export function madeId(answer: unknown): string | undefined {
  if (typeof answer !== 'object' || answer === null) return undefined;
  for (const part of [answer, ...Object.values(answer)]) {
    const id: unknown = typeof part === 'object' && part !== null ? Reflect.get(part, 'id') : undefined;
    if (typeof id === 'string') return id;
  }
  return undefined;
}
