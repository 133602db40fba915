/** Roles of a member in an organization, weakest first. */
export const roles = ['member', 'auditor', 'admin', 'owner'] as const;
export type Role = (typeof roles)[number];

/** Permissions of a principal. A route's access may name one; an API token is limited to some. */
export const permissions = [
  'organization:read',
  'organization:update',
  'organization:delete',
  'member:read',
  'member:manage',
  'team:manage',
  'cluster:read',
  'cluster:create',
  'cluster:update',
  'cluster:delete',
  'cluster:use',
  'access:read',
  'access:read-all',
  'access:manage',
  'access:request',
  'access:approve',
  'service-account:read',
  'service-account:manage',
  'token:read',
  'token:manage',
  'session:read',
  'session:read-all',
  'session:watch',
  'session:end',
  'audit:read',
] as const;
export type Permission = (typeof permissions)[number];

const member: readonly Permission[] = [
  'organization:read',
  'member:read',
  'cluster:read',
  'cluster:use',
  'access:read',
  'access:request',
  'token:read',
  'token:manage',
  'session:read',
];

/** Sees everything that happened and who may do what, and changes nothing. Reaches a cluster only with a binding, as a member. */
const auditor: readonly Permission[] = [
  ...member,
  'access:read-all',
  'service-account:read',
  'session:read-all',
  'session:watch',
  'audit:read',
];

/** The permissions of each role. */
export const rolePermissions: Record<Role, readonly Permission[]> = {
  member,
  auditor,
  admin: permissions.filter((permission) => permission !== 'organization:delete'),
  owner: permissions,
};

/** Levels on a cluster; each is the Kubernetes group `postern:<level>`, bound by the agent's manifest. */
export const levels = ['viewer', 'editor', 'admin'] as const;
export type Level = (typeof levels)[number];
