/** metav1.Status. */
export interface Status {
  kind: 'Status';
  apiVersion: 'v1';
  metadata: Record<string, unknown>;
  status: 'Success' | 'Failure';
  message?: string;
  reason?: string;
  details?: {
    name?: string;
    group?: string;
    kind?: string;
    uid?: string;
    causes?: { reason?: string; message?: string; field?: string }[];
    retryAfterSeconds?: number;
  };
  code?: number;
}

/** An error with the apiserver's wording (k8s.io/apimachinery/pkg/api/errors). */
export class ApiError extends Error {
  readonly status: Status & { code: number };

  constructor(code: number, reason: string, message: string, details?: Status['details']) {
    super(message);
    this.status = {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message,
      ...(reason === '' ? {} : { reason }),
      ...(details === undefined ? {} : { details }),
      code,
    };
  }
}

/** Splits `deployments.apps` into the fields of `details`; a core resource has no group. */
function named(resource: string, name: string): { name: string; group?: string; kind: string } {
  const dot = resource.indexOf('.');
  return dot === -1 ? { name, kind: resource } : { name, group: resource.slice(dot + 1), kind: resource.slice(0, dot) };
}

export const notFound = (resource: string, name: string) =>
  new ApiError(404, 'NotFound', `${resource} "${name}" not found`, named(resource, name));

export const alreadyExists = (resource: string, name: string) =>
  new ApiError(409, 'AlreadyExists', `${resource} "${name}" already exists`, named(resource, name));

export const conflict = (resource: string, name: string, why: string) =>
  new ApiError(
    409,
    'Conflict',
    `Operation cannot be fulfilled on ${resource} "${name}": ${why}`,
    named(resource, name),
  );

export const badRequest = (message: string) => new ApiError(400, 'BadRequest', message);

export const noSuchPath = () => new ApiError(404, 'NotFound', 'the server could not find the requested resource', {});

export const methodNotAllowed = () =>
  new ApiError(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {});

export const expired = (message: string) => new ApiError(410, 'Expired', message);

/** An error for one invalid field. @param kind as kubectl shows it: `Pod`, `Deployment.apps`. */
export function invalid(kind: string, name: string, cause: { field: string; message: string }): ApiError {
  const dot = kind.indexOf('.');
  return new ApiError(422, 'Invalid', `${kind} "${name}" is invalid: ${cause.field}: ${cause.message}`, {
    name,
    ...(dot === -1 ? {} : { group: kind.slice(dot + 1) }),
    kind: dot === -1 ? kind : kind.slice(0, dot),
    causes: [{ reason: 'FieldValueInvalid', message: cause.message, field: cause.field }],
  });
}
