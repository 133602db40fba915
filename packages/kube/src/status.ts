/** The reasons from k8s.io/apimachinery/pkg/apis/meta/v1 that we use; kubectl prints them in brackets. */
export type StatusReason =
  | 'BadRequest'
  | 'Unauthorized'
  | 'Forbidden'
  | 'NotFound'
  | 'MethodNotAllowed'
  | 'NotAcceptable'
  | 'RequestEntityTooLarge'
  | 'TooManyRequests'
  | 'InternalError'
  | 'ServiceUnavailable'
  | 'Timeout';

/** The fields of metav1.Status that a failure needs. */
export interface Status {
  kind: 'Status';
  apiVersion: 'v1';
  metadata: Record<string, never>;
  status: 'Failure';
  message: string;
  reason?: StatusReason;
  details?: {
    name?: string;
    group?: string;
    kind?: string;
    causes?: { reason?: string; message?: string }[];
    /** Also sent as the header `Retry-After`: client-go waits that long, and retries up to 10 times. */
    retryAfterSeconds?: number;
  };
  code: number;
}

/** The reason for each HTTP status, as in NewGenericServerResponse of apimachinery/pkg/api/errors; 502 has none. */
const reasons = new Map<number, StatusReason>([
  [400, 'BadRequest'],
  [401, 'Unauthorized'],
  [403, 'Forbidden'],
  [404, 'NotFound'],
  [405, 'MethodNotAllowed'],
  [406, 'NotAcceptable'],
  [413, 'RequestEntityTooLarge'],
  [429, 'TooManyRequests'],
  [500, 'InternalError'],
  [503, 'ServiceUnavailable'],
  [504, 'Timeout'],
]);

/**
 * A failure that kubectl prints as `Error from server (<reason>): <message>`.
 * @param code HTTP status, 400 to 599. @param message says what to do next.
 */
export function failure(code: number, message: string, details?: Status['details']): Status {
  const reason = reasons.get(code);
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    ...(reason === undefined ? {} : { reason }),
    ...(details === undefined ? {} : { details }),
    code,
  };
}

/** A refused attempt, in RBAC's terms. */
export interface Attempt {
  user: string;
  verb: string;
  apiGroup: string;
  resource: string;
  subresource: string;
  namespace: string;
  name: string;
}

/** The apiserver's own wording of a refusal (responsewriters.Forbidden), followed by our reason. */
export function forbidden(attempt: Attempt, reason: string): Status {
  const resource = attempt.subresource === '' ? attempt.resource : `${attempt.resource}/${attempt.subresource}`;
  const qualified = attempt.apiGroup === '' ? attempt.resource : `${attempt.resource}.${attempt.apiGroup}`;
  const subject = attempt.name === '' ? qualified : `${qualified} "${attempt.name}"`;
  const scope = attempt.namespace === '' ? 'at the cluster scope' : `in the namespace "${attempt.namespace}"`;
  const message =
    `${subject} is forbidden: User "${attempt.user}" cannot ${attempt.verb} resource "${resource}" ` +
    `in API group "${attempt.apiGroup}" ${scope}: ${reason}`;
  return failure(403, message, {
    ...(attempt.name === '' ? {} : { name: attempt.name }),
    ...(attempt.apiGroup === '' ? {} : { group: attempt.apiGroup }),
    kind: attempt.resource,
  });
}
