/** Roles of a member in an organization, weakest first. Until bindings exist, the role determines the level on every cluster. */
export const roles = ['member', 'admin', 'owner'] as const;
export type Role = (typeof roles)[number];

/** Permissions of a principal. A route's access may name one. */
export const permissions = [
  'organization:read',
  'cluster:read',
  'cluster:create',
  'cluster:update',
  'cluster:delete',
  'cluster:use',
  'token:read',
  'token:manage',
  'session:read',
  'session:read-all',
] as const;
export type Permission = (typeof permissions)[number];

const member: readonly Permission[] = [
  'organization:read',
  'cluster:read',
  'cluster:use',
  'token:read',
  'token:manage',
  'session:read',
];

/** The permissions of each role. */
export const rolePermissions: Record<Role, readonly Permission[]> = {
  member,
  admin: permissions,
  owner: permissions,
};

/** Levels on a cluster; each is the Kubernetes group `postern:<level>`, bound by the agent's manifest. */
export const levels = ['viewer', 'editor', 'admin'] as const;
export type Level = (typeof levels)[number];

/** The level each role has on every cluster of its organization until bindings exist. */
export const roleLevel: Record<Role, Level> = { member: 'viewer', admin: 'admin', owner: 'admin' };
